#include "wayside/base/direct_log.hpp"

#include "support/sinks.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace wayside {
namespace {

using test::Sink;

TEST(DirectLog, HasWrittenALineWhenItReturns) {
  Sink sink(Sink::Kind::kPipe);
  DirectLog log(sink.write_end());
  const Logger logger(LogLevel::kInfo, log);
  logger.info("here");
  log.write(std::string(10'000, 'x') + '\n');
  sink.close_writer();
  const std::string text = sink.read_to_end();
  EXPECT_NE(text.find("msg=\"here\"\n"), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with(std::string(10'000, 'x') + '\n'));
  EXPECT_EQ(logger.dropped(), 0U);
}

TEST(DirectLog, NeverMixesLinesOfThreads) {
  constexpr int kThreads = 4;
  constexpr int kLines = 100;
  Sink sink(Sink::Kind::kPipe);
  std::string text;
  std::thread reader([&] { text = sink.read_to_end(); });
  {
    DirectLog log(sink.write_end());
    std::vector<std::jthread> writers;
    for (int i = 0; i < kThreads; ++i) {
      writers.emplace_back([&log, i] {
        const std::string line = std::string(1000, static_cast<char>('a' + i)) + '\n';
        for (int n = 0; n < kLines; ++n)
          log.write(line);
      });
    }
  }
  sink.close_writer();
  reader.join();

  int lines = 0;
  for (std::size_t from = 0; from < text.size(); ++lines) {
    const std::size_t end = text.find('\n', from);
    ASSERT_EQ(text.substr(from, end - from), std::string(1000, text[from]));
    from = end + 1;
  }
  EXPECT_EQ(lines, kThreads * kLines);
}

TEST(DirectLog, WaitsForRoomOnceAndNotForEver) {
  const Sink sink(Sink::Kind::kPipe);
  DirectLog log(sink.write_end());
  const std::string line = std::string(4'000, 'x') + '\n';
  const TimePoint began = Clock::now();
  while (log.dropped() == 0)
    log.write(line);
  const TimePoint first = Clock::now();
  EXPECT_GE(first - began, DirectLog::kTimeout);
  for (int i = 0; i < 100; ++i)
    log.write(line);
  EXPECT_LT(Clock::now() - first, 10 * DirectLog::kTimeout);
  EXPECT_EQ(log.dropped(), 101U);
}

}  // namespace
}  // namespace wayside
