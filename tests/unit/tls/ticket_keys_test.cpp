#include "wayside/tls/ticket_keys.hpp"

#include <gtest/gtest.h>

namespace wayside::tls {
namespace {

using namespace std::chrono_literals;

class TicketKeysTest : public testing::Test {
 protected:
  TicketKeys keys_;
  const TicketKeys::Clock::time_point start_ = TicketKeys::Clock::now();
};

TEST_F(TicketKeysTest, OneKeyServesForItsLife) {
  const auto first = keys_.newest(start_);
  const auto later = keys_.newest(start_ + TicketKeys::kLife - 1s);
  ASSERT_TRUE(first && later);
  EXPECT_EQ(first->name, later->name);
  EXPECT_EQ(first->cipher, later->cipher);
  EXPECT_NE(first->cipher, first->mac);
}

TEST_F(TicketKeysTest, AnotherFollowsIt) {
  const auto first = keys_.newest(start_);
  const auto second = keys_.newest(start_ + TicketKeys::kLife);
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->name, second->name);
  EXPECT_NE(first->cipher, second->cipher);
}

TEST_F(TicketKeysTest, AnOlderOneOpensTicketsThatAreToBeRenewed) {
  const auto first = keys_.newest(start_);
  EXPECT_TRUE(keys_.find(first->name, start_)->is_newest);
  const auto now = start_ + TicketKeys::kLife;
  keys_.newest(now);
  const auto found = keys_.find(first->name, now);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->key.mac, first->mac);
  EXPECT_FALSE(found->is_newest);
}

TEST_F(TicketKeysTest, ATicketIsToBeRenewedOnceItsKeyIsOld) {
  const auto first = keys_.newest(start_);
  EXPECT_FALSE(keys_.find(first->name, start_ + TicketKeys::kLife)->is_newest)
      << "though there is no newer one";
}

TEST_F(TicketKeysTest, AKeyIsForgotten) {
  const auto first = keys_.newest(start_);
  EXPECT_TRUE(keys_.find(first->name, start_ + 3 * TicketKeys::kLife - 1s));
  EXPECT_FALSE(keys_.find(first->name, start_ + 3 * TicketKeys::kLife));
  for (int i = 1; i <= 3; ++i)
    keys_.newest(start_ + i * TicketKeys::kLife);
  EXPECT_FALSE(keys_.find(first->name, start_)) << "there is no room for four";
}

TEST_F(TicketKeysTest, AnUnknownNameHasNoKey) {
  EXPECT_FALSE(keys_.find(TicketKeys::Key{}.name, start_)) << "not even the one that all bytes are zero of";
  keys_.newest(start_);
  EXPECT_FALSE(keys_.find(TicketKeys::Key{}.name, start_));
}

}  // namespace
}  // namespace wayside::tls
