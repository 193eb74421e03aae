#include "wayside/net/frame_pool.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

namespace wayside::net {
namespace {

constexpr std::size_t kSizes[] = {1, 16, 127, 128, 129, 500, 1024, 2047, 2048, 2049, 100'000};

TEST(FramePool, GivesAlignedStorageOfTheSize) {
  FramePool pool;
  for (const std::size_t size : kSizes) {
    void* const storage = pool.allocate(size);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(storage) % __STDCPP_DEFAULT_NEW_ALIGNMENT__, 0U);
    std::memset(storage, 1, size);
    pool.deallocate(storage, size);
  }
}

TEST(FramePool, RecyclesStorageOfSimilarSize) {
  FramePool pool;
  void* const first = pool.allocate(200);
  void* const other = pool.allocate(600);
  pool.deallocate(first, 200);
  pool.deallocate(other, 600);
  void* const again = pool.allocate(130);
  EXPECT_EQ(again, first) << "130 and 200 are of one class";
  std::memset(again, 1, 256);
  pool.deallocate(again, 130);
}

// AddressSanitizer reports a frame that is lost or freed twice.
TEST(FramePool, SurvivesABurstOfEverySize) {
  FramePool pool;
  std::vector<std::pair<void*, std::size_t>> burst;
  for (int i = 0; i < 100; ++i) {
    for (const std::size_t size : kSizes)
      burst.emplace_back(pool.allocate(size), size);
  }
  for (const auto& [storage, size] : burst)
    pool.deallocate(storage, size);
}

}  // namespace
}  // namespace wayside::net
