#include "wayside/base/outlet.hpp"

#include "support/sinks.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <climits>
#include <csignal>
#include <fcntl.h>
#include <optional>
#include <string>
#include <termios.h>

namespace wayside {
namespace {

using test::NoDescriptors;
using test::Sink;
using enum Sink::Kind;

class OutletOfEveryKind : public testing::TestWithParam<Sink::Kind> {};

TEST_P(OutletOfEveryKind, WritesUntilThereIsNoRoomAndAgainLater) {
  const Sink sink(GetParam());
  Outlet outlet(sink.write_end());
  const std::string lines = std::string(99, 'x') + '\n';
  std::size_t written = 0;
  for (;;) {
    const Result<std::size_t> some = outlet.write_some(lines);
    ASSERT_TRUE(some.has_value()) << some.error().message();
    if (*some == 0) break;
    written += *some;
  }
  EXPECT_GT(written, 0U);
  // A datagram socket limits the number of datagrams; a stream socket is writable again when most is read.
  for (std::size_t size = 0; size < written;)
    size += sink.read_some(lines.size()).size();
  EXPECT_TRUE(outlet.wait_for_room(Milliseconds{20'000}));
  EXPECT_GT(outlet.write_some(lines).value(), 0U);
}

// Other processes share the open file description and do not expect EAGAIN.
TEST_P(OutletOfEveryKind, LeavesTheFlagsOfTheFileAlone) {
  const Sink sink(GetParam());
  Outlet outlet(sink.write_end());
  ASSERT_EQ(outlet.write_some("line\n").value(), 5U);
  EXPECT_EQ(::fcntl(sink.write_end(), F_GETFL) & O_NONBLOCK, 0);
}

INSTANTIATE_TEST_SUITE_P(All, OutletOfEveryKind,
                         testing::Values(kPipe, kTerminal, kStreamSocket, kDatagramSocket));

TEST(Outlet, WritesWholeLinesWhereTheyFitIntoOneAtomicWrite) {
  const Sink sink(kPipe);
  Outlet outlet(sink.write_end());
  const std::string line = std::string(999, 'x') + '\n';
  std::string lines;
  for (int i = 0; i < 10; ++i)
    lines += line;
  EXPECT_EQ(outlet.write_some(lines).value(), PIPE_BUF / line.size() * line.size());
  EXPECT_EQ(outlet.write_some(std::string(2 * PIPE_BUF, 'x')).value(), std::size_t{PIPE_BUF});
}

TEST(Outlet, MakesADatagramOfEachLine) {
  const Sink sink(kDatagramSocket);
  Outlet outlet(sink.write_end());
  EXPECT_EQ(outlet.write_some("one\ntwo\n").value(), 4U);
  EXPECT_EQ(outlet.write_some("two\nthr").value(), 4U);
  EXPECT_EQ(outlet.write_some("thr").value(), 3U);
  EXPECT_EQ(sink.read_some(), "one\n");
  EXPECT_EQ(sink.read_some(), "two\n");
  EXPECT_EQ(sink.read_some(), "thr");
}

TEST(Outlet, ReportsWhatCannotBeWritten) {
  std::signal(SIGPIPE, SIG_IGN);
  EXPECT_EQ(Outlet(-1).write_some("x\n").error().value(), EBADF);
  for (const Sink::Kind kind : {kPipe, kStreamSocket}) {
    Sink sink(kind);
    sink.close_reader();
    Outlet outlet(sink.write_end());
    EXPECT_TRUE(outlet.wait_for_room(Milliseconds{0})) << "the next write fails";
    EXPECT_EQ(outlet.write_some("x\n").error().value(), EPIPE);
  }
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  EXPECT_EQ(Outlet(full).write_some("x\n").error().value(), ENOSPC);
  ::close(full);
}

// /proc would open a descriptor for writing that was opened for reading.
TEST(Outlet, DoesNotWriteWhatWasOpenedForReading) {
  int controller = -1;
  int terminal = -1;
  std::array<char, 64> name{};
  ASSERT_EQ(::openpty(&controller, &terminal, name.data(), nullptr, nullptr), 0);
  const int reader = ::open(name.data(), O_RDONLY | O_NOCTTY | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  EXPECT_EQ(Outlet(reader).write_some("x\n").error().value(), EBADF);
  for (const int descriptor : {reader, terminal, controller})
    ::close(descriptor);
}

TEST(Outlet, NeedsNoDescriptor) {
  const Sink sink(kTerminal);
  std::optional<Outlet> outlet;
  {
    const NoDescriptors no_descriptors;
    outlet.emplace(sink.write_end());
  }
  EXPECT_EQ(outlet->write_some("line\n").value(), 5U);
}

}  // namespace
}  // namespace wayside
