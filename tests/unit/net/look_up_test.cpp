#include "net/look_up.hpp"

#include "wayside/net/shortage.hpp"

#include "support/io_loop.hpp"
#include "support/no_threads.hpp"
#include "support/stuck_resolver.hpp"

#include <boost/asio/ip/address.hpp>
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace wayside::net {
namespace {

using boost::asio::ip::make_address;
using test::run_until;
using test::StuckResolver;

class LookUpTest : public testing::Test {
 protected:
  struct Ended {
    std::uint64_t number;
    Result<LookUps::Found> found;
  };

  void make(std::string host) {
    look_ups_.emplace(loop_.readiness, std::move(host), std::uint16_t{8080},
                      [this](std::uint64_t number, Result<LookUps::Found> found) {
                        ended_.push_back({number, std::move(found)});
                      });
  }
  bool run_until_ended(std::size_t count) {
    return run_until(loop_, [&] { return ended_.size() == count; });
  }

  test::IoLoop loop_;
  std::vector<Ended> ended_;
  std::optional<LookUps> look_ups_;
};

TEST_F(LookUpTest, FindsTheEndpointsOfANameInTheirOrder) {
  test::move_host("127.0.0.2 127.0.0.1");
  make(test::kMovingHost);
  EXPECT_EQ(look_ups_->start(), 1U);
  EXPECT_EQ(look_ups_->under_way(), 1U);
  EXPECT_TRUE(ended_.empty()) << "reported inside start()";
  ASSERT_TRUE(run_until_ended(1));
  EXPECT_EQ(look_ups_->under_way(), 0U);
  ASSERT_TRUE(ended_[0].found.has_value()) << ended_[0].found.error().message();
  EXPECT_EQ(*ended_[0].found,
            LookUps::Found({{make_address("127.0.0.2"), 8080}, {make_address("127.0.0.1"), 8080}}));
}

// It tells nothing about the name.
TEST_F(LookUpTest, ReportsAShortageOfDescriptorsAsSuch) {
  make(test::kHostWithoutDescriptors);
  look_ups_->start();
  ASSERT_TRUE(run_until_ended(1));
  ASSERT_TRUE(ended_[0].found.has_error());
  EXPECT_TRUE(is_local_shortage(ended_[0].found.error())) << ended_[0].found.error().message();
}

// Too long for a name, so no name server is asked.
TEST_F(LookUpTest, ReportsANameThatDoesNotResolve) {
  make(std::string(300, 'x'));
  look_ups_->start();
  ASSERT_TRUE(run_until_ended(1));
  EXPECT_TRUE(ended_[0].found.has_error());
  EXPECT_EQ(look_ups_->under_way(), 0U);
}

TEST_F(LookUpTest, ReportsEachLookUpOnce) {
  test::move_host("127.0.0.1");
  make(test::kMovingHost);
  for (std::uint64_t number = 1; number <= 3; ++number)
    EXPECT_EQ(look_ups_->start(), number);
  ASSERT_TRUE(run_until_ended(3));
  std::set<std::uint64_t> numbers;
  for (const Ended& ended : ended_)
    numbers.insert(ended.number);
  EXPECT_EQ(numbers, std::set<std::uint64_t>({1, 2, 3}));
  EXPECT_EQ(look_ups_->under_way(), 0U);
}

TEST_F(LookUpTest, DoesNotQueueBehindOneThatHangs) {
  make(test::kStuckHost);
  {
    StuckResolver resolver(0, 1);
    look_ups_->start();
    ASSERT_TRUE(resolver.wait_until_asked());
    look_ups_->start();
    ASSERT_TRUE(run_until_ended(1));
    EXPECT_EQ(ended_[0].number, 2U);
    EXPECT_TRUE(ended_[0].found.has_value());
    EXPECT_EQ(look_ups_->under_way(), 1U);
  }
  ASSERT_TRUE(run_until_ended(2));
  EXPECT_EQ(ended_[1].number, 1U);
}

// AddressSanitizer judges the thread that goes on.
TEST_F(LookUpTest, ReportsNothingOnceItIsDestroyed) {
  make(test::kStuckHost);
  {
    StuckResolver resolver;
    look_ups_->start();
    ASSERT_TRUE(resolver.wait_until_asked());
    look_ups_.reset();
  }
  EXPECT_TRUE(test::run_dry(loop_));
  EXPECT_TRUE(ended_.empty());
}

TEST_F(LookUpTest, HasNotStartedWithoutAThread) {
  test::move_host("127.0.0.1");
  make(test::kMovingHost);
  {
    const test::NoThreads no_threads;
    EXPECT_THROW(look_ups_->start(), std::system_error);
  }
  EXPECT_EQ(look_ups_->under_way(), 0U);
  EXPECT_EQ(look_ups_->start(), 1U);
  ASSERT_TRUE(run_until_ended(1));
}

}  // namespace
}  // namespace wayside::net
