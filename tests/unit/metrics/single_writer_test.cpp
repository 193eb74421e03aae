#include "wayside/metrics/single_writer.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <thread>

namespace wayside::metrics {
namespace {

TEST(SingleWriter, StartsAtZeroAndAdds) {
  SingleWriter<std::int64_t> gauge;
  EXPECT_EQ(gauge.value(), 0);
  gauge.add(3);
  gauge.add(-1);
  EXPECT_EQ(gauge.value(), 2);
}

TEST(SingleWriter, IsMonotoneForAReaderAndLosesNothing) {
  constexpr std::uint64_t kAdditions = 200'000;
  SingleWriter<std::uint64_t> counter;
  std::thread writer([&] {
    for (std::uint64_t i = 0; i < kAdditions; ++i)
      counter.add(1);
  });
  for (std::uint64_t last = 0; last < kAdditions;) {
    const std::uint64_t now = counter.value();
    ASSERT_GE(now, last);
    last = now;
  }
  writer.join();
  EXPECT_EQ(counter.value(), kAdditions);
}

}  // namespace
}  // namespace wayside::metrics
