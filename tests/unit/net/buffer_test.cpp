#include "wayside/net/buffer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wayside::net {
namespace {

using Size = BufferPool::Size;

void append(Buffer& buffer, std::string_view bytes) {
  ASSERT_LE(bytes.size(), buffer.space().size());
  std::ranges::copy(bytes, buffer.space().begin());
  buffer.commit(bytes.size());
}

// Writes every byte that the contract allows, so that AddressSanitizer reports a block that is too small.
void write_everywhere(Buffer& buffer) {
  std::ranges::fill(buffer.space(), '#');
  std::memset(buffer.data().data() - Buffer::kHeadroom, '#', Buffer::kHeadroom);
}

TEST(Buffer, IsEmptyAndWithoutSpaceAtFirst) {
  Buffer buffer;
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(buffer.size(), 0U);
  EXPECT_EQ(buffer.view(), "");
  EXPECT_TRUE(buffer.data().empty());
  EXPECT_TRUE(buffer.space().empty());
  buffer.consume(0);
  buffer.release();
  EXPECT_TRUE(buffer.space().empty());
}

TEST(Buffer, HasTheCapacityOfItsSizeAndHeadroom) {
  BufferPool pool;
  Buffer small = pool.take(Size::kSmall);
  EXPECT_EQ(small.space().size(), BufferPool::kSmallCapacity);
  write_everywhere(small);
  Buffer large = pool.take(Size::kLarge);
  EXPECT_EQ(large.space().size(), BufferPool::kLargeCapacity);
  write_everywhere(large);
}

TEST(Buffer, TakesBytesInAndLetsThemGoFromTheFront) {
  BufferPool pool;
  Buffer buffer = pool.take(Size::kSmall);
  append(buffer, "hello");
  append(buffer, " world");
  EXPECT_EQ(buffer.view(), "hello world");
  const std::string_view rest = buffer.view().substr(6);
  buffer.consume(6);
  EXPECT_EQ(buffer.view(), "world");
  EXPECT_EQ(rest.data(), buffer.view().data()) << "views of the rest stay valid";
  write_everywhere(buffer);
  EXPECT_EQ(buffer.view(), "world") << "the headroom is in front of the data wherever it begins";
}

TEST(Buffer, HasAllItsSpaceAgainWhenItIsEmptied) {
  BufferPool pool;
  Buffer buffer = pool.take(Size::kSmall);
  append(buffer, "hello");
  buffer.consume(2);
  buffer.consume(3);
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(buffer.space().size(), BufferPool::kSmallCapacity);
}

TEST(Buffer, ReservesALargeBlockForARead) {
  BufferPool pool;
  Buffer none;
  none.reserve_for_read(pool);
  EXPECT_EQ(none.space().size(), BufferPool::kLargeCapacity);

  Buffer small = pool.take(Size::kSmall);
  append(small, "partial head");
  small.consume(8);
  small.reserve_for_read(pool);
  EXPECT_EQ(small.view(), "head");
  EXPECT_EQ(small.space().size(), BufferPool::kLargeCapacity - 4);
  write_everywhere(small);

  Buffer large = pool.take(Size::kLarge);
  append(large, std::string(BufferPool::kLargeCapacity, 'x'));
  large.consume(BufferPool::kLargeCapacity - 3);
  EXPECT_TRUE(large.space().empty());
  large.reserve_for_read(pool);
  EXPECT_EQ(large.view(), "xxx");
  EXPECT_EQ(large.space().size(), BufferPool::kLargeCapacity - 3);
}

TEST(Buffer, HasNoRoomToReserveWhenItIsFull) {
  BufferPool pool;
  Buffer buffer = pool.take(Size::kLarge);
  append(buffer, std::string(BufferPool::kLargeCapacity, 'x'));
  buffer.reserve_for_read(pool);
  EXPECT_TRUE(buffer.space().empty());
  EXPECT_EQ(buffer.size(), BufferPool::kLargeCapacity);
}

TEST(Buffer, ShrinksForAWait) {
  BufferPool pool;
  Buffer empty = pool.take(Size::kLarge);
  empty.shrink(pool);
  EXPECT_TRUE(empty.space().empty()) << "an idle connection holds no block";

  Buffer little = pool.take(Size::kLarge);
  append(little, "GET / HT");
  little.consume(4);
  little.shrink(pool);
  EXPECT_EQ(little.view(), "/ HT");
  EXPECT_EQ(little.space().size(), BufferPool::kSmallCapacity - 4);

  Buffer exactly = pool.take(Size::kLarge);
  append(exactly, std::string(BufferPool::kSmallCapacity, 'x'));
  exactly.shrink(pool);
  EXPECT_EQ(exactly.view(), std::string(BufferPool::kSmallCapacity, 'x'));
  EXPECT_TRUE(exactly.space().empty());

  Buffer much = pool.take(Size::kLarge);
  append(much, std::string(BufferPool::kSmallCapacity + 1, 'x'));
  much.shrink(pool);
  EXPECT_EQ(much.size(), BufferPool::kSmallCapacity + 1);
  EXPECT_FALSE(much.space().empty()) << "it stays where it is";
}

TEST(Buffer, MovesItsBlock) {
  BufferPool pool;
  Buffer first = pool.take(Size::kSmall);
  append(first, "abc");
  Buffer second(std::move(first));
  EXPECT_EQ(second.view(), "abc");
  Buffer third = pool.take(Size::kLarge);
  third = std::move(second);
  EXPECT_EQ(third.view(), "abc");
  EXPECT_EQ(third.space().size(), BufferPool::kSmallCapacity - 3);
}

TEST(BufferPool, TakesTheSmallestSizeThatHolds) {
  BufferPool pool;
  EXPECT_EQ(pool.take_for(1).space().size(), BufferPool::kSmallCapacity);
  EXPECT_EQ(pool.take_for(BufferPool::kSmallCapacity).space().size(), BufferPool::kSmallCapacity);
  EXPECT_EQ(pool.take_for(BufferPool::kSmallCapacity + 1).space().size(), BufferPool::kLargeCapacity);
}

// The block released last is still warm in the cache.
TEST(BufferPool, HandsOutTheBlockGivenBackLast) {
  BufferPool pool;
  Buffer first = pool.take(Size::kLarge);
  Buffer second = pool.take(Size::kLarge);
  const char* const first_block = first.data().data();
  const char* const second_block = second.data().data();
  first.release();
  second.release();
  second = pool.take(Size::kLarge);
  first = pool.take(Size::kLarge);
  EXPECT_EQ(second.data().data(), second_block);
  EXPECT_EQ(first.data().data(), first_block);
}

// AddressSanitizer reports a block that is lost or freed twice, of more blocks than the pool keeps.
TEST(BufferPool, SurvivesABurst) {
  BufferPool pool;
  for (const Size size : {Size::kSmall, Size::kLarge}) {
    std::vector<Buffer> burst;
    for (int i = 0; i < 300; ++i)
      burst.push_back(pool.take(size));
  }
  Buffer after = pool.take(Size::kSmall);
  EXPECT_EQ(after.space().size(), BufferPool::kSmallCapacity);
}

}  // namespace
}  // namespace wayside::net
