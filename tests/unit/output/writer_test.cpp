#include "output/writer.hpp"

#include "wayside/output/ring.hpp"

#include "support/sinks.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <deque>
#include <fcntl.h>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace wayside::output {
namespace {

using test::Sink;
using enum Sink::Kind;
using test::kSinkPatience;

class WriterTest : public testing::Test {
 protected:
  WriterTest() { std::signal(SIGPIPE, SIG_IGN); }

  // Outlives the writer.
  Sink& make_sink(Sink::Kind kind) { return sinks_.emplace_back(kind); }
  Writer::Options to(int descriptor) {
    return {descriptor, {rings_.begin(), rings_.end()}, std::make_shared<Bell>(), Milliseconds{1}, {}};
  }
  void start(int descriptor) { writer_.emplace(to(descriptor)); }
  Ring& ring(std::size_t index) { return *rings_[index]; }

  // Until a line is refused, which shows that the writer has stopped.
  void overfill(std::size_t index) {
    const std::string line = std::string(1'000, 'x') + '\n';
    while (ring(index).push(line)) {
    }
  }

  const std::vector<std::shared_ptr<Ring>> rings_{std::make_shared<Ring>(1U << 20U),
                                                  std::make_shared<Ring>(1U << 20U)};
  std::deque<Sink> sinks_;
  std::optional<Writer> writer_;
};

TEST_F(WriterTest, WritesTheLinesOfEverySource) {
  Sink& sink = make_sink(kPipe);
  start(sink.write_end());
  ASSERT_TRUE(ring(0).push("a\n"));
  EXPECT_EQ(sink.read(2), "a\n");
  ASSERT_TRUE(ring(1).push("b\n"));
  EXPECT_EQ(sink.read(2), "b\n");
}

TEST_F(WriterTest, LooksAtOnceWhenTheBellIsRung) {
  Sink& sink = make_sink(kPipe);
  Writer::Options options = to(sink.write_end());
  options.interval.reset();
  const auto bell = options.bell;
  writer_.emplace(std::move(options));
  ASSERT_TRUE(ring(0).push("a\n"));
  bell->ring();
  EXPECT_EQ(sink.read(2), "a\n");
}

TEST_F(WriterTest, WritesTheRestWhenItEnds) {
  Sink& sink = make_sink(kPipe);
  const std::string text = std::string(10'000, 'x') + '\n';
  start(sink.write_end());
  ASSERT_TRUE(ring(0).push(text));
  writer_->end(Clock::now() + kSinkPatience);
  EXPECT_EQ(sink.read(text.size()), text);
}

// More than the pipe holds.
TEST_F(WriterTest, WaitsForASlowReaderWhenItEnds) {
  Sink& sink = make_sink(kPipe);
  start(sink.write_end());
  const std::string text = std::string(9'999, 'x') + '\n';
  for (int i = 0; i < 50; ++i)
    ASSERT_TRUE(ring(0).push(text));
  std::string seen;
  std::thread reader([&] { seen = sink.read(50 * text.size()); });
  writer_->end(Clock::now() + kSinkPatience);
  reader.join();
  EXPECT_EQ(seen.size(), 50 * text.size());
}

class WriterToEveryKind : public WriterTest, public testing::WithParamInterface<Sink::Kind> {};

TEST_P(WriterToEveryKind, EndsThoughNothingIsRead) {
  Sink& sink = make_sink(GetParam());
  start(sink.write_end());
  overfill(0);
  const TimePoint began = Clock::now();
  constexpr Milliseconds kBound{100};
  writer_->end(began + kBound);
  EXPECT_GE(Clock::now() - began, kBound) << "it waits for room";
  EXPECT_LT(Clock::now() - began, kSinkPatience / 2);
}

TEST_P(WriterToEveryKind, DoesNotWaitWithoutAReader) {
  Sink& sink = make_sink(GetParam());
  sink.close_reader();
  start(sink.write_end());
  overfill(0);
  const TimePoint began = Clock::now();
  writer_->end(began + kSinkPatience);
  EXPECT_LT(Clock::now() - began, kSinkPatience / 2);
}

INSTANTIATE_TEST_SUITE_P(All, WriterToEveryKind,
                         testing::Values(kPipe, kTerminal, kStreamSocket, kDatagramSocket));

// A terminal that cannot be opened anew reports room, but not enough for a whole line: the write hangs.
TEST_F(WriterTest, EndsThoughAWriteHangs) {
  // The thread that hangs uses it to the end of the process.
  static const Sink& sink = *new Sink(kTerminal);
  {
    const test::NoDescriptors no_descriptors;
    start(sink.write_end());
  }
  overfill(0);
  const TimePoint began = Clock::now();
  writer_->end(began);
  EXPECT_LT(Clock::now() - began, kSinkPatience / 2);
}

TEST_F(WriterTest, GivesEverySourceItsTurn) {
  Sink& sink = make_sink(kPipe);
  start(sink.write_end());
  overfill(0);
  ASSERT_TRUE(ring(1).push("other\n"));
  // Before the first source's lines are all read.
  std::string seen;
  while (seen.find("other\n") == seen.npos && seen.size() < (std::size_t{1} << 20U))
    seen += sink.read(1'001);
  EXPECT_LT(seen.size(), std::size_t{1} << 19U);
}

TEST_F(WriterTest, RepeatsAFailedWrite) {
  const std::string path = testing::TempDir() + "wayside-writer-" + std::to_string(::getpid());
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  std::promise<std::string> failure;
  Writer::Options options = to(descriptor);
  options.on_failure = [&](const error_code& why) { failure.set_value(why.message()); };
  writer_.emplace(std::move(options));
  ::close(reader);
  ASSERT_TRUE(ring(0).push("kept\n"));
  EXPECT_EQ(failure.get_future().get(), "Broken pipe");
  const int next_reader = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  std::string kept(5, '\0');
  EXPECT_EQ(::read(next_reader, kept.data(), kept.size()), 5);
  EXPECT_EQ(kept, "kept\n");
  writer_.reset();
  ::close(next_reader);
  ::close(descriptor);
  ::unlink(path.c_str());
}

TEST_F(WriterTest, LeavesOutALineThatIsTooLongForADatagram) {
  Sink& sink = make_sink(kDatagramSocket);
  constexpr int kSmall = 4'608;
  ASSERT_EQ(::setsockopt(sink.write_end(), SOL_SOCKET, SO_SNDBUF, &kSmall, sizeof kSmall), 0);
  start(sink.write_end());
  ASSERT_TRUE(ring(0).push("before\n" + std::string(60'000, 'x') + "\nafter\n"));
  EXPECT_EQ(sink.read_some(), "before\n");
  EXPECT_EQ(sink.read_some(), "after\n");
}

}  // namespace
}  // namespace wayside::output
