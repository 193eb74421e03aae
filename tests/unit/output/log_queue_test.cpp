#include "output/log_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace wayside::output {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

class LogQueueTest : public testing::Test {
 protected:
  std::string take() {
    std::array<char, 4096> out;
    return {out.data(), queue_.take_lines(out)};
  }

  std::shared_ptr<Bell> bell_ = std::make_shared<Bell>();
  LogQueue queue_{bell_, 256};
};

TEST_F(LogQueueTest, GivesLinesInTheirOrderAndRings) {
  queue_.write("one\n");
  queue_.write("two\n");
  EXPECT_TRUE(bell_->wait({})) << "it is rung";
  EXPECT_EQ(take(), "one\ntwo\n");
  EXPECT_EQ(take(), "");
  EXPECT_EQ(queue_.dropped(), 0U);
}

TEST_F(LogQueueTest, ReportsDroppedLinesOnce) {
  const std::string line = std::string(199, 'x') + '\n';
  queue_.write(line);
  queue_.write(line);
  queue_.write(line);
  EXPECT_EQ(queue_.dropped(), 2U);
  EXPECT_EQ(take(), line);
  EXPECT_THAT(take(), HasSubstr("level=warn msg=\"log lines were dropped\" lines=2\n"));
  EXPECT_EQ(take(), "");
  EXPECT_EQ(queue_.dropped(), 2U);
}

TEST_F(LogQueueTest, ReportsWhereTheLinesAreMissing) {
  const std::string line = std::string(199, 'x') + '\n';
  queue_.write(line);
  queue_.write(line);
  std::array<char, 200> first;
  ASSERT_EQ(queue_.take_lines(first), first.size());
  queue_.write("next\n");
  EXPECT_THAT(take(), EndsWith("lines=1\nnext\n"));
}

// A line that fits only without the report is dropped, and reported later.
TEST_F(LogQueueTest, KeepsLineAndReportTogether) {
  const std::string line = std::string(199, 'x') + '\n';
  queue_.write(line);
  queue_.write(line);
  queue_.write("y\n");
  EXPECT_EQ(take(), line);
  EXPECT_THAT(take(), EndsWith("lines=2\n"));
}

TEST_F(LogQueueTest, LosesNothingUncountedBetweenThreads) {
  constexpr int kThreads = 3;
  constexpr int kLines = 2'000;
  std::string text;
  std::atomic<int> running = kThreads;
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < kThreads; ++i) {
      writers.emplace_back([&, i] {
        for (int n = 0; n < kLines; ++n)
          queue_.write("thread=" + std::to_string(i) + " n=" + std::to_string(n) + "\n");
        --running;
      });
    }
    while (running != 0)
      text += take();
  }
  for (std::string more = take(); !more.empty(); more = take())
    text += more;

  std::array<int, kThreads> last{-1, -1, -1};
  std::uint64_t missing = 0;
  std::uint64_t seen = 0;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = text.find('\n', from);
    const std::string line = text.substr(from, end - from);
    from = end + 1;
    if (const std::size_t told = line.find(" lines="); told != line.npos) {
      missing += std::stoull(line.substr(told + 7));
      continue;
    }
    ++seen;
    const auto thread = static_cast<std::size_t>(line.at(7) - '0');
    const int n = std::stoi(line.substr(line.find(" n=") + 3));
    ASSERT_LT(last.at(thread), n) << "lines of one thread keep their order";
    last.at(thread) = n;
  }
  EXPECT_EQ(missing, queue_.dropped());
  EXPECT_EQ(seen + missing, std::uint64_t{kThreads} * kLines);
}

}  // namespace
}  // namespace wayside::output
