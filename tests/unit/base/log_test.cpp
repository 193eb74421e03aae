#include "wayside/base/log.hpp"

#include "wayside/base/log_line.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

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

// Keeps the lines.
class Lines final : public LogSink {
 public:
  void write(std::string_view line) noexcept override { text += line; }
  std::uint64_t dropped() const noexcept override { return 7; }

  std::string text;
};

TEST(Logger, LeavesOutWhatIsBelowItsThreshold) {
  Lines lines;
  const Logger log(LogLevel::kWarn, lines);
  log.debug("one");
  log.info("two");
  log.warn("three");
  log.error("four", {{"why", "no reason"}});
  EXPECT_EQ(std::ranges::count(lines.text, '\n'), 2);
  EXPECT_NE(lines.text.find("level=warn msg=\"three\"\n"), std::string::npos) << lines.text;
  EXPECT_NE(lines.text.find("level=error msg=\"four\" why=\"no reason\"\n"), std::string::npos) << lines.text;
}

TEST(Logger, TellsWhatItsSinkDropped) {
  Lines lines;
  EXPECT_EQ(Logger(LogLevel::kError, lines).dropped(), 7U);
}

}  // namespace
}  // namespace wayside
