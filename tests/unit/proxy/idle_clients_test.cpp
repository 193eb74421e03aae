#include "proxy/idle_clients.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>

namespace wayside::proxy {
namespace {

using namespace std::chrono_literals;

class Client final : public IdleClient {
 public:
  bool make_room() override {
    ++calls;
    return makes_room;
  }
  bool makes_room = true;
  int calls = 0;
};

class IdleClientsTest : public testing::Test {
 protected:
  int firsts_ = 0;
  IdleClients clients_{[this] { ++firsts_; }};
  const TimePoint start_{1h};
  Client first_;
  Client second_;
};

TEST_F(IdleClientsTest, TellsOfTheFirst) {
  clients_.add(first_, start_);
  EXPECT_EQ(firsts_, 1);
  clients_.add(second_, start_);
  EXPECT_EQ(firsts_, 1);
  IdleClients::remove(first_);
  IdleClients::remove(second_);
  clients_.add(second_, start_);
  EXPECT_EQ(firsts_, 2);
}

TEST_F(IdleClientsTest, ClosesTheLongestIdle) {
  clients_.add(first_, start_);
  clients_.add(second_, start_);
  EXPECT_TRUE(clients_.evict(start_ + 1h));
  EXPECT_EQ(first_.calls, 1);
  EXPECT_EQ(second_.calls, 0);
  EXPECT_TRUE(clients_.evict(start_ + 1h));
  EXPECT_EQ(second_.calls, 1);
  EXPECT_FALSE(clients_.evict(start_ + 1h)) << "there is none any more";
}

TEST_F(IdleClientsTest, LeavesAloneWhoMayHaveARequestOnItsWay) {
  EXPECT_EQ(clients_.next_room_at(), std::nullopt);
  clients_.add(first_, start_);
  EXPECT_EQ(clients_.next_room_at(), start_ + IdleClients::kLeastIdle);
  EXPECT_FALSE(clients_.evict(start_ + IdleClients::kLeastIdle - 1ns));
  EXPECT_EQ(first_.calls, 0);
  EXPECT_TRUE(clients_.evict(start_ + IdleClients::kLeastIdle));
}

TEST_F(IdleClientsTest, GoesOnToTheNextWhereOneCannotMakeRoom) {
  first_.makes_room = false;
  clients_.add(first_, start_);
  clients_.add(second_, start_ + 1s);
  EXPECT_TRUE(clients_.evict(start_ + 1h));
  EXPECT_EQ(first_.calls, 1);
  EXPECT_EQ(second_.calls, 1);
  clients_.add(first_, start_);
  EXPECT_FALSE(clients_.evict(start_ + 1h));
  EXPECT_EQ(first_.calls, 2);
}

TEST_F(IdleClientsTest, ForgetsWhoIsBusyOrGone) {
  clients_.add(first_, start_);
  IdleClients::remove(first_);
  IdleClients::remove(first_);
  auto gone = std::make_unique<Client>();
  clients_.add(*gone, start_);
  gone.reset();
  EXPECT_FALSE(clients_.evict(start_ + 1h));
  EXPECT_EQ(first_.calls, 0);
}

}  // namespace
}  // namespace wayside::proxy
