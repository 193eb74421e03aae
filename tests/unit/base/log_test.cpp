#include "wayside/base/log.hpp"

#include "base/log_line.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace wayside {
namespace {

using namespace std::chrono_literals;
using std::chrono::system_clock;

constexpr system_clock::time_point kTime =
    std::chrono::sys_days{std::chrono::year{2026} / 11 / 3} + 5h + 6min + 7s + 8ms;

TEST(LogLine, IsLogfmtWithUtcTime) {
  EXPECT_EQ(
      format_log_line(kTime, LogLevel::kInfo, "listening", {{"address", "0.0.0.0:8080"}, {"workers", "2"}}),
      "ts=2026-11-03T05:06:07.008Z level=info msg=\"listening\" address=0.0.0.0:8080 workers=2\n");
}

TEST(LogLine, RoundsTimeDown) {
  const std::string line = format_log_line(system_clock::time_point{} + 1999us, LogLevel::kError, "", {});
  EXPECT_EQ(line, "ts=1970-01-01T00:00:00.001Z level=error msg=\"\"\n");
}

TEST(LogLine, QuotesValuesThatAreNotPlain) {
  const auto value = [](std::string text) {
    const std::string line = format_log_line(kTime, LogLevel::kInfo, "m", {{"k", std::move(text)}});
    const std::size_t from = line.find(" k=") + 3;
    return line.substr(from, line.size() - from - 1);
  };
  EXPECT_EQ(value("/users/{id}"), "/users/{id}");
  EXPECT_EQ(value(""), R"("")");
  EXPECT_EQ(value("a b"), R"("a b")");
  EXPECT_EQ(value("a=b"), R"("a=b")");
  EXPECT_EQ(value(R"(a"b\)"), R"("a\"b\\")");
  EXPECT_EQ(value("gr\xc3\xbc"), R"("gr\xc3\xbc")");
}

TEST(LogLine, CannotBeForged) {
  const std::string line = format_log_line(kTime, LogLevel::kInfo, "a\nts=1 level=error\x1b[2J",
                                           {{"target", "/x\r\nlevel=error msg=\"forged\""}});
  EXPECT_EQ(std::ranges::count(line, '\n'), 1);
  EXPECT_EQ(line.find('\r'), std::string::npos);
  EXPECT_EQ(line.find('\x1b'), std::string::npos);
  EXPECT_NE(line.find(R"(target="/x\r\nlevel=error msg=\"forged\"")"), std::string::npos) << line;
}

TEST(LogLine, FitsIntoOneAtomicWriteWhateverItHolds) {
  for (const std::size_t size : {10U, 2000U, 2100U, 4000U, 4096U, 100000U}) {
    for (const char c : {'x', '\n', ' '}) {
      const std::string text(size, c);
      const std::string line =
          format_log_line(kTime, LogLevel::kInfo, text, {{"a", text}, {"b", text}, {"c", "1"}});
      EXPECT_LE(line.size(), kMaxLogLine);
      EXPECT_TRUE(line.ends_with('\n'));
      EXPECT_EQ(std::ranges::count(line, '\n'), 1);
    }
  }
}

// Both ends of a pipe.
struct Pipe {
  Pipe() { EXPECT_EQ(::pipe(ends.data()), 0); }
  ~Pipe() {
    ::close(ends[0]);
    close_writer();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  void close_writer() {
    if (ends[1] >= 0) ::close(ends[1]);
    ends[1] = -1;
  }

  std::string read_to_end() {
    std::string all;
    std::array<char, 4096> buffer;
    for (;;) {
      const ssize_t size = ::read(ends[0], buffer.data(), buffer.size());
      if (size <= 0) return all;
      all.append(buffer.data(), static_cast<std::size_t>(size));
    }
  }

  std::array<int, 2> ends{-1, -1};
};

TEST(Logger, DropsWhatIsBelowItsThreshold) {
  Pipe pipe;
  const Logger log(LogLevel::kWarn, pipe.ends[1]);
  log.debug("one");
  log.info("two");
  log.warn("three");
  log.error("four", {{"why", "no reason"}});
  pipe.close_writer();
  const std::string text = pipe.read_to_end();
  EXPECT_EQ(std::ranges::count(text, '\n'), 2);
  EXPECT_NE(text.find("level=warn msg=\"three\"\n"), std::string::npos) << text;
  EXPECT_NE(text.find("level=error msg=\"four\" why=\"no reason\"\n"), std::string::npos) << text;
}

TEST(Logger, NeverMixesLinesOfThreads) {
  constexpr int kThreads = 4;
  constexpr int kLines = 100;
  Pipe pipe;
  std::string text;
  std::thread reader([&] { text = pipe.read_to_end(); });
  {
    const Logger log(LogLevel::kInfo, pipe.ends[1]);
    std::vector<std::jthread> writers;
    for (int i = 0; i < kThreads; ++i) {
      writers.emplace_back([&log, i] {
        const std::string value(1000, static_cast<char>('a' + i));
        for (int n = 0; n < kLines; ++n)
          log.info("line", {{"value", value}});
      });
    }
  }
  pipe.close_writer();
  reader.join();

  int lines = 0;
  for (std::size_t from = 0; from < text.size(); ++lines) {
    const std::size_t end = text.find('\n', from);
    const std::string line = text.substr(from, end - from);
    const std::string value = line.substr(line.find("value=") + 6);
    ASSERT_EQ(value, std::string(1000, value.front()));
    from = end + 1;
  }
  EXPECT_EQ(lines, kThreads * kLines);
}

}  // namespace
}  // namespace wayside
