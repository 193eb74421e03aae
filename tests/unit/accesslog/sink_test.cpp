#include "wayside/accesslog/sink.hpp"

#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <pty.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace wayside::accesslog {
namespace {

const Logger kLog(LogLevel::kError);

class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0); }
  ~Pipe() {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int write_end() const { return ends_[1]; }
  // Waits for `count` bytes.
  std::string read(std::size_t count) const {
    std::string text(count, '\0');
    std::size_t size = 0;
    while (size < count) {
      pollfd wanted{ends_[0], POLLIN, 0};
      constexpr int kPatience = 20'000;
      if (::poll(&wanted, 1, kPatience) != 1) break;
      const ssize_t got = ::read(ends_[0], text.data() + size, count - size);
      if (got <= 0) break;
      size += static_cast<std::size_t>(got);
    }
    text.resize(size);
    return text;
  }

 private:
  std::array<int, 2> ends_{};
};

TEST(Sink, WritesTheLinesOfEveryWorker) {
  const Pipe pipe;
  Sink sink(pipe.write_end(), 2, kLog);
  ASSERT_TRUE(sink.ring(0).push("a\n"));
  EXPECT_EQ(pipe.read(2), "a\n");
  ASSERT_TRUE(sink.ring(1).push("b\n"));
  EXPECT_EQ(pipe.read(2), "b\n");
}

TEST(Sink, WritesWhatIsLeftWhenItEnds) {
  const Pipe pipe;
  const std::string text = std::string(10'000, 'x') + '\n';
  std::optional<Sink> sink(std::in_place, pipe.write_end(), 1, kLog);
  ASSERT_TRUE(sink->ring(0).push(text));
  sink.reset();
  EXPECT_EQ(pipe.read(text.size()), text);
}

// Fills the sink until a line is refused: whoever takes the bytes has stopped.
void overfill(Sink& sink, std::size_t worker) {
  const std::string line = std::string(1'000, 'x') + '\n';
  while (sink.ring(worker).push(line)) {
  }
}

TEST(Sink, EndsThoughNobodyReads) {
  const Pipe pipe;
  std::optional<Sink> sink(std::in_place, pipe.write_end(), 1, kLog);
  overfill(*sink, 0);
  sink.reset();
  SUCCEED();
}

// A terminal calls itself writable when there is less room than a line needs.
TEST(Sink, EndsThoughNobodyReadsTheTerminal) {
  int controller = -1;
  int terminal = -1;
  ASSERT_EQ(::openpty(&controller, &terminal, nullptr, nullptr, nullptr), 0);
  std::optional<Sink> sink(std::in_place, terminal, 1, kLog);
  overfill(*sink, 0);
  sink.reset();
  ::close(terminal);
  ::close(controller);
}

TEST(Sink, GivesEveryWorkerItsTurn) {
  const Pipe pipe;
  Sink sink(pipe.write_end(), 2, kLog);
  overfill(sink, 0);
  ASSERT_TRUE(sink.ring(1).push("other\n"));
  // Before the first worker's lines are all read.
  std::string seen;
  while (seen.find("other\n") == seen.npos && seen.size() < (std::size_t{1} << 20U))
    seen += pipe.read(1'001);
  EXPECT_LT(seen.size(), std::size_t{1} << 19U);
}

TEST(Sink, TriesAgainWhatCouldNotBeWritten) {
  std::signal(SIGPIPE, SIG_IGN);
  const std::string path = testing::TempDir() + "wayside-sink-" + std::to_string(::getpid());
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  const int writer = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  {
    const Pipe errors;
    const Logger log(LogLevel::kWarn, errors.write_end());
    Sink sink(writer, 1, log);
    ::close(reader);
    ASSERT_TRUE(sink.ring(0).push("kept\n"));
    EXPECT_NE(errors.read(10), "") << "the failure is logged";
    const int next_reader = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    std::string kept(5, '\0');
    EXPECT_EQ(::read(next_reader, kept.data(), kept.size()), 5);
    EXPECT_EQ(kept, "kept\n");
    ::close(next_reader);
  }
  ::close(writer);
  ::unlink(path.c_str());
}

}  // namespace
}  // namespace wayside::accesslog
