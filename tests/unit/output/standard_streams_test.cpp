#include "wayside/output/standard_streams.hpp"

#include "support/sinks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <sys/socket.h>

namespace wayside::output {
namespace {

using test::Sink;
using testing::HasSubstr;
using enum Sink::Kind;
using test::kSinkPatience;

TEST(StandardStreams, WriteEachLogToItsDescriptor) {
  const Sink output(kPipe);
  const Sink error(kPipe);
  StandardStreams streams(LogLevel::kInfo, 2, {output.write_end(), error.write_end()});
  streams.log().debug("left out");
  streams.log().info("hello");
  EXPECT_THAT(error.read_some(), HasSubstr("level=info msg=\"hello\"\n"));
  ASSERT_TRUE(streams.access_log(1).push("{}\n"));
  EXPECT_EQ(output.read(3), "{}\n");
}

TEST(StandardStreams, AnAccessLogThatIsStuckLeavesTheLogAlone) {
  const Sink output(kPipe);
  const Sink error(kPipe);
  StandardStreams streams(LogLevel::kInfo, 1, {output.write_end(), error.write_end()}, Milliseconds{100});
  const std::string line = std::string(1'000, 'x') + '\n';
  while (streams.access_log(0).push(line)) {
  }
  streams.log().info("hello");
  EXPECT_THAT(error.read_some(), HasSubstr("hello"));
}

TEST(StandardStreams, TheLogTellsThatTheAccessLogFails) {
  std::signal(SIGPIPE, SIG_IGN);
  Sink output(kPipe);
  const Sink error(kPipe);
  output.close_reader();
  StandardStreams streams(LogLevel::kWarn, 1, {output.write_end(), error.write_end()});
  ASSERT_TRUE(streams.access_log(0).push("{}\n"));
  EXPECT_THAT(error.read_some(),
              HasSubstr("msg=\"the access log cannot be written\" error=\"Broken pipe\"\n"));
}

TEST(StandardStreams, EndWithinTheirTimeThoughNothingIsRead) {
  const Sink output(kStreamSocket);
  const Sink error(kPipe);
  std::optional<StandardStreams> streams;
  streams.emplace(LogLevel::kInfo, std::size_t{1}, Descriptors{output.write_end(), error.write_end()},
                  Milliseconds{100});
  while (streams->access_log(0).push("{\"x\":1}\n")) {
  }
  while (streams->log().dropped() == 0)
    streams->log().info("hello");
  const TimePoint began = Clock::now();
  streams.reset();
  EXPECT_LT(Clock::now() - began, kSinkPatience / 2);
}

// One socket, as for a service of systemd. The reader is slow and the lines are long, so each is written in
// many parts, with lines of the log waiting between them.
TEST(StandardStreams, PutNoLineInTheMiddleOfAnotherWhereBothAreTheSame) {
  const Sink both(kStreamSocket);
  constexpr int kSmall = 4'608;
  ASSERT_EQ(::setsockopt(both.write_end(), SOL_SOCKET, SO_SNDBUF, &kSmall, sizeof kSmall), 0);
  StandardStreams streams(LogLevel::kInfo, 1, {both.write_end(), both.write_end()});
  constexpr std::ptrdiff_t kAccessLines = 4;
  const std::string access_line(50'000, 'x');
  for (int i = 0; i < kAccessLines; ++i)
    ASSERT_TRUE(streams.access_log(0).push(access_line + '\n'));

  std::string text;
  std::ptrdiff_t log_lines = 0;
  for (; std::ranges::count(text, 'x') < std::ssize(access_line) * kAccessLines; ++log_lines) {
    streams.log().info("hello");
    const std::string some = both.read_some(2'000);
    ASSERT_NE(some, "");
    text += some;
  }
  while (std::ranges::count(text, '\n') < kAccessLines + log_lines) {
    const std::string some = both.read_some();
    ASSERT_NE(some, "");
    text += some;
  }

  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = text.find('\n', from);
    const std::string line = text.substr(from, end - from);
    from = end + 1;
    ASSERT_TRUE(line == access_line || (line.starts_with("ts=") && line.ends_with("msg=\"hello\""))) << line;
  }
}

}  // namespace
}  // namespace wayside::output
