// A measure for single functions that moves with the processor's speed.
//
// That speed changes by a factor of 1.6 between quarters of an hour, so that a goal in nanoseconds says as
// much about the hour as about the code. The yardstick is a fixed piece of the same kind of work: kSteps
// steps, each of which loads from an address that the step before has computed, multiplies, and takes a
// branch that cannot be predicted. Each step waits for the one before, which leaves a compiler nothing to
// rearrange. The table of 64 KiB does not fit into the first cache level, but into the second.
//
// kSteps is chosen so that a yardstick takes about 100 ns at normal speed: 92 to 121 ns, 98 in the median of
// five runs on an AMD EPYC, in which a match of five segments at 1,000 routes took 83 to 92. A ratio of 1.5
// is what 150 ns were. It does not show what other programs leave of the caches: beside compilers the ratios
// vary nearly as much as the times.
//
// It is measured right before and right after the loop of each repetition of each benchmark. The mean of both
// goes with the result, in nanoseconds, as the counter "yardstick". micro.py divides by it.
#pragma once

#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <ctime>

namespace wayside::bench {

class Yardstick {
 public:
  Yardstick() {
    std::uint64_t value = 1;
    for (std::uint64_t& entry : table_)
      entry = value = next(value);
  }

  // Nanoseconds of processor time for one yardstick, measured over about two milliseconds.
  double measure() {
    constexpr int kTimes = 20'000;
    const std::int64_t began = cpu_ns();
    for (int i = 0; i < kTimes; ++i) {
      for (int step = 0; step < kSteps; ++step) {
        state_ = next(state_ ^ table_[state_ >> kShift]);
        // The compiler may not turn the branch into arithmetic: what it guards is opaque.
        if ((state_ & 1) != 0) benchmark::DoNotOptimize(state_);
      }
    }
    return static_cast<double>(cpu_ns() - began) / kTimes;
  }

 private:
  static constexpr int kSteps = 14;
  static constexpr int kTableBits = 13;  // entries of 8 bytes: 64 KiB
  static constexpr int kShift = 64 - kTableBits;

  // Knuth's multiplier for a linear congruential generator; its high bits are the good ones.
  static std::uint64_t next(std::uint64_t value) {
    value = value * 6364136223846793005U + 1442695040888963407U;
    return value ^ (value >> 29);
  }

  static std::int64_t cpu_ns() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
  }

  std::array<std::uint64_t, std::size_t{1} << kTableBits> table_;
  std::uint64_t state_ = 1;
};

// The loop of a benchmark, `work()` for each iteration, with the yardstick on both sides of it.
template <class Work>
void run_beside_yardstick(benchmark::State& state, Work work) {
  static Yardstick yardstick;
  const double before = yardstick.measure();
  for (auto _ : state)
    work();
  state.counters["yardstick"] = (before + yardstick.measure()) / 2;
}

}  // namespace wayside::bench
