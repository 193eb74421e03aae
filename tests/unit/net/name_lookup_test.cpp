// "localhost" is the one name that every machine knows without asking anybody.
#include "wayside/net/name_lookup.hpp"

#include "support/event_loop.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace wayside::net {
namespace {

using test::run_until;

class NameLookupTest : public testing::Test {
 protected:
  void start(NameLookup& lookup) {
    found_.reset();
    lookup.start([this](Result<NameLookup::Endpoints> found) {
      found_ = std::move(found);
      thread_ = std::this_thread::get_id();
    });
  }
  bool is_found() {
    return run_until(loop_, [&] { return found_.has_value(); });
  }

  EventLoop loop_;
  std::optional<Result<NameLookup::Endpoints>> found_;
  std::thread::id thread_;
};

TEST_F(NameLookupTest, FindsTheAddressesOfAName) {
  NameLookup lookup(loop_, "localhost", 8080);
  EXPECT_FALSE(lookup.is_under_way());
  start(lookup);
  EXPECT_TRUE(lookup.is_under_way());
  EXPECT_FALSE(found_.has_value()) << "never from within the call";
  ASSERT_TRUE(is_found());
  EXPECT_FALSE(lookup.is_under_way());
  EXPECT_EQ(thread_, std::this_thread::get_id());
  ASSERT_TRUE(found_->has_value());
  ASSERT_FALSE((*found_)->empty());
  for (const StreamProtocol::endpoint& endpoint : found_->value()) {
    boost::asio::ip::tcp::endpoint address;
    ASSERT_LE(endpoint.size(), address.capacity());
    std::memcpy(address.data(), endpoint.data(), endpoint.size());
    EXPECT_TRUE(address.address().is_loopback());
    EXPECT_EQ(address.port(), 8080);
    EXPECT_EQ(endpoint.protocol().type(), SOCK_STREAM);
  }
}

// Longer than a name may be, so that no name server is asked.
TEST_F(NameLookupTest, ReportsANameThatDoesNotResolve) {
  NameLookup lookup(loop_, std::string(300, 'x'), 80);
  start(lookup);
  ASSERT_TRUE(is_found());
  EXPECT_TRUE(found_->has_error());
}

TEST_F(NameLookupTest, MayBeStartedAgain) {
  NameLookup lookup(loop_, "localhost", 80);
  for (int i = 0; i < 2; ++i) {
    start(lookup);
    ASSERT_TRUE(is_found());
    EXPECT_TRUE(found_->has_value());
  }
}

TEST_F(NameLookupTest, MayBeDestroyedFromItsAnswer) {
  auto lookup = std::make_unique<NameLookup>(loop_, "localhost", 80);
  lookup->start([&](const Result<NameLookup::Endpoints>&) { lookup.reset(); });
  EXPECT_TRUE(run_until(loop_, [&] { return lookup == nullptr; }));
}

// The thread may find out later, or never; nobody is called and nothing that is gone is touched.
TEST_F(NameLookupTest, MayBeForgotten) {
  {
    NameLookup lookup(loop_, "localhost", 80);
    start(lookup);
  }
  NameLookup other(loop_, "localhost", 80);
  bool is_over = false;
  other.start([&](const Result<NameLookup::Endpoints>&) { is_over = true; });
  EXPECT_TRUE(run_until(loop_, [&] { return is_over; }));
  EXPECT_FALSE(found_.has_value());
}

}  // namespace
}  // namespace wayside::net
