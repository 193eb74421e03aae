#include "proxy/outbox.hpp"

#include "support/connection.hpp"
#include "support/io_loop.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace wayside::proxy {
namespace {

using namespace std::string_view_literals;

class OutboxTest : public testing::Test {
 protected:
  // What the peer reads while the outbox goes on wherever the stream has stopped.
  std::string read_while_flushing(std::size_t size) {
    std::string received;
    while (received.size() < size) {
      received += peer_.read_exactly(outbox_.written() - received.size());
      stream_.watch_writable();
      if (!test::run_until(loop_, [&] { return stream_.writable(); })) break;
      EXPECT_EQ(outbox_.flush(stream_), error_code());
    }
    return received;
  }

  test::IoLoop loop_;
  test::Connection connection_ = test::unix_connection(loop_);
  net::Stream& stream_ = connection_.stream;
  test::RawSocket& peer_ = connection_.peer;
  Outbox outbox_;
};

TEST_F(OutboxTest, WritesItsPiecesInOrder) {
  const std::string piece = "cd";
  EXPECT_TRUE(outbox_.empty());
  outbox_.add("ab"sv);
  outbox_.add(std::span<const char>(piece));
  outbox_.add("ef"sv);
  outbox_.add("g"sv);
  EXPECT_FALSE(outbox_.empty());
  EXPECT_EQ(outbox_.flush(stream_), error_code());
  EXPECT_TRUE(outbox_.empty());
  EXPECT_EQ(outbox_.written(), 7U);
  EXPECT_EQ(peer_.read_exactly(7), "abcdefg");
}

TEST_F(OutboxTest, ShowsWhatIsToBeWritten) {
  outbox_.add("ab"sv);
  outbox_.add("cd"sv);
  std::string shown;
  for (const auto& piece : outbox_.pieces())
    shown.append(static_cast<const char*>(piece.data()), piece.size());
  EXPECT_EQ(shown, "abcd");
  ASSERT_EQ(outbox_.flush(stream_), error_code());
  EXPECT_TRUE(outbox_.pieces().empty());
}

TEST_F(OutboxTest, MakesOneOfPiecesThatLieSideBySide) {
  const std::string_view all = "abcdefg";
  for (std::size_t i = 0; i < all.size(); ++i)
    outbox_.add(all.substr(i, 1));
  EXPECT_EQ(outbox_.pieces().size(), 1U);
  outbox_.add(all.substr(0, 1));
  EXPECT_EQ(outbox_.pieces().size(), 2U);
  ASSERT_EQ(outbox_.flush(stream_), error_code());
  EXPECT_EQ(outbox_.written(), 8U);
  EXPECT_EQ(peer_.read_exactly(8), "abcdefga");
  // What has left is not made longer, not even by what lies behind it.
  outbox_.add(all.substr(1, 1));
  ASSERT_EQ(outbox_.pieces().size(), 1U);
  EXPECT_EQ(outbox_.pieces()[0].size(), 1U);
}

TEST_F(OutboxTest, CountsNoEmptyPiece) {
  for (int i = 0; i < 10; ++i)
    outbox_.add(std::string_view());
  EXPECT_TRUE(outbox_.empty());
  EXPECT_EQ(outbox_.flush(stream_), error_code());
  EXPECT_EQ(outbox_.written(), 0U);
}

TEST_F(OutboxTest, MayBeFilledAgainAndAgain) {
  for (int i = 0; i < 10; ++i) {
    outbox_.add("ab"sv);
    outbox_.add("cd"sv);
    ASSERT_EQ(outbox_.flush(stream_), error_code());
    ASSERT_TRUE(outbox_.empty());
  }
  EXPECT_EQ(outbox_.written(), 40U);
}

// Larger than the kernel takes at once, with borders of pieces wherever they fall.
TEST_F(OutboxTest, GoesOnWhereTheStreamStopped) {
  const std::string first(1'000'000, '1');
  const std::string second(10, '2');
  const std::string third(1'500'000, '3');
  outbox_.add(std::string_view(first));
  outbox_.add(std::string_view(second));
  outbox_.add(std::string_view(third));
  const std::string all = first + second + third;

  ASSERT_EQ(outbox_.flush(stream_), error_code());
  EXPECT_FALSE(outbox_.empty());
  EXPECT_FALSE(stream_.writable());
  EXPECT_TRUE(read_while_flushing(all.size()) == all);
  EXPECT_TRUE(outbox_.empty());
}

TEST_F(OutboxTest, MakesAPieceLongerOfWhichAPartHasLeft) {
  std::string all(3'000'000, '1');
  std::fill(all.begin() + 2'000'000, all.end(), '2');
  outbox_.add(std::string_view(all).substr(0, 2'000'000));
  ASSERT_EQ(outbox_.flush(stream_), error_code());
  ASSERT_FALSE(outbox_.empty());
  outbox_.add(std::string_view(all).substr(2'000'000));
  EXPECT_EQ(outbox_.pieces().size(), 1U);
  EXPECT_TRUE(read_while_flushing(all.size()) == all);
}

TEST_F(OutboxTest, WritesThePiecesAndThenWhatIsInThePipe) {
  test::Connection source = test::unix_connection(loop_);
  net::PipePool pipes;
  net::Pipe pipe = pipes.take();
  source.peer.send("body");
  ASSERT_EQ(source.stream.read_some(pipe, 100).value(), 4U);
  outbox_.add(pipe);
  outbox_.add("head "sv);
  EXPECT_EQ(outbox_.flush(stream_), error_code());
  EXPECT_TRUE(outbox_.empty());
  EXPECT_EQ(outbox_.written(), 9U);
  EXPECT_EQ(peer_.read_exactly(9), "head body");
  outbox_.add("next"sv);
  EXPECT_EQ(outbox_.flush(stream_), error_code()) << "an empty pipe is none";
  EXPECT_EQ(peer_.read_exactly(4), "next");
}

TEST_F(OutboxTest, ForgetsWhatIsInThePipe) {
  test::Connection source = test::unix_connection(loop_);
  net::PipePool pipes;
  net::Pipe pipe = pipes.take();
  source.peer.send("gone");
  ASSERT_EQ(source.stream.read_some(pipe, 100).value(), 4U);
  outbox_.add(pipe);
  EXPECT_FALSE(outbox_.empty());
  outbox_.clear();
  EXPECT_TRUE(outbox_.empty());
  outbox_.add("sent"sv);
  EXPECT_EQ(outbox_.flush(stream_), error_code());
  EXPECT_EQ(peer_.read_exactly(4), "sent");
}

TEST_F(OutboxTest, LeavesAStreamAloneThatTakesNothing) {
  test::fill(stream_);
  outbox_.add("late"sv);
  EXPECT_EQ(outbox_.flush(stream_), error_code()) << "to wait is no error";
  EXPECT_FALSE(outbox_.empty());
  EXPECT_EQ(outbox_.written(), 0U);
}

TEST_F(OutboxTest, ForgetsWhatWasNotWritten) {
  outbox_.add("gone"sv);
  outbox_.clear();
  EXPECT_TRUE(outbox_.empty());
  outbox_.add("sent"sv);
  EXPECT_EQ(outbox_.flush(stream_), error_code());
  EXPECT_EQ(peer_.read_exactly(4), "sent");
}

TEST_F(OutboxTest, ReportsTheErrorOfTheStream) {
  peer_.close();
  outbox_.add("nobody reads this"sv);
  EXPECT_EQ(outbox_.flush(stream_), boost::system::errc::broken_pipe);
  EXPECT_FALSE(outbox_.empty());
}

}  // namespace
}  // namespace wayside::proxy
