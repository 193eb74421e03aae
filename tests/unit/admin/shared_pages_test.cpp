#include "admin/shared_pages.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace wayside::admin {
namespace {

class SharedPagesTest : public testing::Test {
 protected:
  SharedPages::Copy get(const SharedPages::Wish& wish) {
    return pages_.get(wish, [this](std::string& text) {
      text = "page " + std::to_string(++made_);
      return Page{.status = 200, .content_type = "text/plain"};
    });
  }

  boost::asio::io_context io_context_;
  SharedPages pages_{io_context_.get_executor()};
  int made_ = 0;
};

using SharedPagesOfOneKey = SharedPagesTest;

TEST_F(SharedPagesOfOneKey, WhoeverAskedBeforeItWasBegunGetsTheSame) {
  const TimePoint asked = Clock::now();
  const SharedPages::Copy first = get({.key = "a", .asked = asked});
  const SharedPages::Copy second = get({.key = "a", .asked = asked});
  EXPECT_EQ(*first.bytes, "page 1");
  EXPECT_EQ(first.bytes, second.bytes);
  EXPECT_EQ(second.page.status, 200U);
}

TEST_F(SharedPagesOfOneKey, NobodyGetsWhatIsOlderThanTheRequest) {
  get({.key = "a", .asked = Clock::now()});
  EXPECT_EQ(*get({.key = "a", .asked = Clock::now()}).bytes, "page 2");
}

TEST_F(SharedPagesOfOneKey, UnlessThatIsAllowed) {
  get({.key = "a", .asked = Clock::now()});
  const TimePoint asked = Clock::now();
  EXPECT_EQ(*get({.key = "a", .asked = asked, .max_age = std::chrono::seconds(10)}).bytes, "page 1");
  EXPECT_EQ(*get({.key = "a", .asked = asked + std::chrono::seconds(11), .max_age = std::chrono::seconds(10)})
                 .bytes,
            "page 2");
}

TEST_F(SharedPagesOfOneKey, CompressedOnesAreSharedToo) {
  const TimePoint asked = Clock::now();
  const SharedPages::Copy text = get({.key = "a", .asked = asked});
  const SharedPages::Copy first = get({.key = "a", .asked = asked, .is_compressed = true});
  const SharedPages::Copy second = get({.key = "a", .asked = asked, .is_compressed = true});
  EXPECT_EQ(made_, 1);
  EXPECT_EQ(first.bytes, second.bytes);
  EXPECT_TRUE(first.bytes->starts_with("\x1f\x8b"));
}

TEST_F(SharedPagesOfOneKey, AFailureIsOneClients) {
  const TimePoint asked = Clock::now();
  const auto fail = [](std::string&) -> Page { throw std::runtime_error("not today"); };
  EXPECT_THROW(pages_.get({.key = "a", .asked = asked}, fail), std::runtime_error);
  EXPECT_EQ(*get({.key = "a", .asked = asked}).bytes, "page 1");
}

TEST_F(SharedPagesTest, KeysAreKeptApart) {
  const TimePoint asked = Clock::now();
  EXPECT_EQ(*get({.key = "a", .asked = asked}).bytes, "page 1");
  EXPECT_EQ(*get({.key = "b", .asked = asked}).bytes, "page 2");
  EXPECT_EQ(*get({.key = "a", .asked = asked}).bytes, "page 1");
}

TEST_F(SharedPagesTest, AreFreedByTheLastWhoSendsThem) {
  std::weak_ptr<const std::string> kept;
  {
    const SharedPages::Copy copy = get({.key = "a", .asked = Clock::now()});
    kept = copy.bytes;
    io_context_.run_for(std::chrono::seconds(10));
    EXPECT_FALSE(kept.expired());
  }
  EXPECT_TRUE(kept.expired()) << "no request came for a while";
}

TEST_F(SharedPagesTest, ReserveTheUsualSizeOfTheirKey) {
  constexpr std::size_t kLarge = 1'000'000;
  constexpr std::size_t kTiny = 10;
  const auto reserved = [this](const std::string& key, std::size_t size) {
    std::size_t capacity = 0;
    pages_.get({.key = key, .asked = Clock::now()}, [&](std::string& text) {
      capacity = text.capacity();
      text.assign(size, 'x');
      return Page{};
    });
    return capacity;
  };
  reserved("large", kLarge);
  EXPECT_LT(reserved("tiny", kTiny), 100U);
  EXPECT_LT(reserved("tiny", kTiny), 100U);
  EXPECT_GE(reserved("large", kLarge), kLarge);
}

TEST_F(SharedPagesTest, AreCountedWhileTheyAreThere) {
  const TimePoint asked = Clock::now();
  const SharedPages::Wish wish{.key = "a", .asked = asked};
  EXPECT_FALSE(pages_.has(wish));
  std::optional<SharedPages::Copy> copy = get(wish);
  get({.key = "b", .asked = asked});
  EXPECT_TRUE(pages_.has(wish));
  EXPECT_EQ(pages_.in_memory().count, 2U);
  pages_.clear();
  EXPECT_FALSE(pages_.has(wish));
  EXPECT_EQ(pages_.in_memory().count, 1U);
  EXPECT_EQ(pages_.in_memory().bytes, copy->bytes->size());
  copy.reset();
  EXPECT_EQ(pages_.in_memory().count, 0U);
}

TEST_F(SharedPagesTest, AreFewHoweverManyAreAskedFor) {
  const TimePoint asked = Clock::now();
  std::weak_ptr<const std::string> first = get({.key = "first", .asked = asked}).bytes;
  for (int i = 0; i < 100; ++i)
    get({.key = std::to_string(i), .asked = asked});
  EXPECT_TRUE(first.expired());
}

TEST_F(SharedPagesTest, ClearLeavesNothingToWaitFor) {
  get({.key = "a", .asked = Clock::now()});
  pages_.clear();
  const TimePoint before = Clock::now();
  io_context_.run();
  EXPECT_LT(Clock::now() - before, SharedPages::kKeptFor);
}

}  // namespace
}  // namespace wayside::admin
