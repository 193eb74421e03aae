#include "wayside/accesslog/sink.hpp"

#include <gtest/gtest.h>

#include <array>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <string>
#include <unistd.h>

namespace wayside::accesslog {
namespace {

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
  Sink sink(pipe.write_end(), 2);
  ASSERT_TRUE(sink.ring(0).push("a\n"));
  EXPECT_EQ(pipe.read(2), "a\n");
  ASSERT_TRUE(sink.ring(1).push("b\n"));
  EXPECT_EQ(pipe.read(2), "b\n");
}

TEST(Sink, WritesWhatIsLeftWhenItEnds) {
  const Pipe pipe;
  const std::string text(10'000, 'x');
  std::optional<Sink> sink(std::in_place, pipe.write_end(), 1);
  ASSERT_TRUE(sink->ring(0).push(text));
  sink.reset();
  EXPECT_EQ(pipe.read(text.size()), text);
}

TEST(Sink, EndsThoughNobodyReads) {
  const Pipe pipe;
  std::optional<Sink> sink(std::in_place, pipe.write_end(), 1);
  const std::string line(1'000, 'x');
  // More than a pipe holds, until the ring is full too.
  while (sink->ring(0).push(line)) {
  }
  sink.reset();
  SUCCEED();
}

}  // namespace
}  // namespace wayside::accesslog
