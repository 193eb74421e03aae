// What it costs to follow the frames of a WebSocket: `bench_http`.
//
// Each iteration takes a read of 64 KiB of a client's frames. The reads are copied into one buffer first, as
// recv(2) does it, and differ, so that neither the branch predictor nor the first cache level knows the next
// one by heart.
#include "wayside/http/websocket_frames.hpp"

#include "bench/yardstick.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <random>
#include <span>
#include <string>

namespace wayside::http {
namespace {

constexpr std::size_t kReads = 64;
constexpr std::size_t kReadSize = 64 * 1024;
using Reads = std::array<std::string, kReads>;

// Of a frame that begins in one read and ends in the next: what stands in the first of them.
constexpr std::size_t kCut = 3;

// Frames with payloads of `least` to `most` bytes, the first of each read and the last of `least` bytes.
Reads reads_of(unsigned least, unsigned most) {
  std::mt19937 random(1);
  Reads reads;
  for (std::string& read : reads) {
    for (;;) {
      const unsigned more = read.empty() ? 0 : static_cast<unsigned>(random() % (most - least + 1));
      const unsigned length = least + more;
      const std::string header = {'\x82', static_cast<char>(0x80U | length), 'm', 'a', 's', 'k'};
      if (read.size() + header.size() + length > kReadSize) break;
      read += header + std::string(length, 'x');
    }
    read = read.substr(kCut) + read.substr(0, kCut);
  }
  return reads;
}

void follow(benchmark::State& state) {
  const Reads reads = reads_of(static_cast<unsigned>(state.range(0)), static_cast<unsigned>(state.range(1)));
  std::array<char, kReadSize> buffer;
  WebSocketFrames frames(WebSocketFrames::Sender::kClient);
  frames.advance(std::span(reads.back()).last(kCut));
  std::size_t next = 0;
  bench::run_beside_yardstick(state, [&] {
    const std::string& read = reads[next++ % kReads];
    std::memcpy(buffer.data(), read.data(), read.size());
    benchmark::ClobberMemory();
    frames.advance(std::span(buffer).first(read.size()));
  });
  frames.advance(std::span(reads.front()).first(reads.front().find('\x82')));
  if (!frames.is_between_frames()) state.SkipWithError("the frames were not followed");
}
BENCHMARK(follow)->Name("BM_FollowFrames")->Args({16, 16})->Args({125, 125})->Args({0, 125});

}  // namespace
}  // namespace wayside::http

BENCHMARK_MAIN();
