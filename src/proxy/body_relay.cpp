#include "proxy/body_relay.hpp"

#include "wayside/net/buffer.hpp"

#include <charconv>
#include <cstring>
#include <string_view>

namespace wayside::proxy {
namespace {

constexpr std::string_view kChunkEnd = "\r\n";
constexpr std::string_view kLastChunk = "0\r\n\r\n";
constexpr std::string_view kChunkEndAndLastChunk = "\r\n0\r\n\r\n";

// Writes "size CRLF" directly in front of `data`; what stands there was taken already, or is the headroom of
// the buffer. The size line and the data are then one piece.
std::span<char> with_chunk_size(std::span<char> data) noexcept {
  char line[18];
  char* end = std::to_chars(line, line + 16, data.size(), 16).ptr;
  *end++ = '\r';
  *end++ = '\n';
  const auto size = static_cast<std::size_t>(end - line);
  static_assert(sizeof line <= net::Buffer::kHeadroom);
  char* const begin = data.data() - size;
  std::memcpy(begin, line, size);
  return {begin, size + data.size()};
}

}  // namespace

Checked<std::size_t, http::Violation> BodyRelay::relay(std::span<char> in, Outbox& out) noexcept {
  const auto step = cursor_.advance(in);
  if (!step) return step.error();
  bytes_ += step->data.size();
  if (!outgoing_is_chunked_) {
    out.add(step->data);
  } else if (!step->data.empty()) {
    out.add(with_chunk_size(step->data));
    out.add(cursor_.done() ? kChunkEndAndLastChunk : kChunkEnd);
  } else if (cursor_.done() && step->consumed != 0) {
    // An empty chunk would end the body, so only the end writes one.
    out.add(kLastChunk);
  }
  return step->consumed;
}

bool BodyRelay::relay_end_of_stream(Outbox& out) noexcept {
  if (!cursor_.finish_at_end_of_stream()) return false;
  if (outgoing_is_chunked_) out.add(kLastChunk);
  return true;
}

}  // namespace wayside::proxy
