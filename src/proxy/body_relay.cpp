#include "proxy/body_relay.hpp"

#include "wayside/http/trailers.hpp"
#include "wayside/net/buffer.hpp"

#include <charconv>
#include <cstring>
#include <string_view>

namespace wayside::proxy {
namespace {

constexpr std::string_view kChunkEnd = "\r\n";
constexpr std::string_view kLastChunk = "0\r\n\r\n";
constexpr std::string_view kChunkEndAndLastChunk = "\r\n0\r\n\r\n";

// Writes "size CRLF" directly in front of `data`, over bytes that were taken already or over the headroom of
// the buffer, so that the size line and the data are one piece.
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

Checked<std::size_t, http::Violation> BodyRelay::relay(std::span<char> in, Outbox& out) {
  const auto step = cursor_.advance(in);
  if (!step) return step.error();
  bytes_ += step->data.size();
  if (!outgoing_is_chunked_) {
    out.add(step->data);
    return step->consumed;
  }
  if (trailer_pool_ != nullptr) keep_trailers(step->trailers);
  // An empty chunk would end the body, so only the end writes one.
  const bool has_data = !step->data.empty();
  if (has_data) out.add(with_chunk_size(step->data));
  if (has_data || (cursor_.done() && step->consumed != 0)) out.add(ending(has_data));
  return step->consumed;
}

Checked<BodyRelay::Kept, http::Violation> BodyRelay::keep(std::span<char> in) {
  const auto step = cursor_.advance(in);
  if (!step) return step.error();
  bytes_ += step->data.size();
  if (outgoing_is_chunked_ && trailer_pool_ != nullptr) keep_trailers(step->trailers);
  if (!step->data.empty()) std::memmove(in.data(), step->data.data(), step->data.size());
  return Kept{step->data.size(), step->consumed};
}

void BodyRelay::relay_kept(std::span<char> data, Outbox& out) {
  if (!outgoing_is_chunked_) return out.add(data);
  if (!data.empty()) out.add(with_chunk_size(data));
  if (!data.empty() || cursor_.done()) out.add(ending(!data.empty()));
}

bool BodyRelay::take_pipe(net::PipePool& pipes) {
  if (outgoing_is_chunked_ || cursor_.length_left() < kWorthAPipe) return false;
  if (!pipe_.is_open() && !was_refused_a_pipe_) {
    pipe_ = pipes.take();
    was_refused_a_pipe_ = !pipe_.is_open();
  }
  return pipe_.is_open();
}

Result<std::size_t> BodyRelay::relay(net::Stream& in, Outbox& out) {
  const auto count = in.read_some(pipe_, cursor_.length_left());
  if (!count) return count;
  cursor_.skip(*count);
  bytes_ += *count;
  out.add(pipe_);
  return count;
}

bool BodyRelay::relay_end_of_stream(Outbox& out) {
  if (!cursor_.finish_at_end_of_stream()) return false;
  if (outgoing_is_chunked_) out.add(kLastChunk);
  return true;
}

void BodyRelay::keep_trailers(std::span<const char> lines) {
  if (lines.empty()) return;
  const std::size_t needed = lines.size() + kChunkEnd.size();
  if (trailers_.empty()) trailers_ = trailer_pool_->take_for(needed);
  if (trailers_.space().size() < needed) trailers_.reserve_for_read(*trailer_pool_);
  std::memcpy(trailers_.space().data(), lines.data(), lines.size());
  trailers_.commit(lines.size());
}

std::string_view BodyRelay::ending(bool after_data) {
  if (!cursor_.done()) return kChunkEnd;
  const std::size_t kept = http::keep_allowed_trailers(trailers_.data());
  if (kept == 0) return after_data ? kChunkEndAndLastChunk : kLastChunk;
  // "0 CRLF" goes in front of the lines, into the headroom of the buffer, and the empty line behind them.
  const std::string_view front = after_data ? std::string_view("\r\n0\r\n") : std::string_view("0\r\n");
  char* const lines = trailers_.data().data();
  std::memcpy(lines - front.size(), front.data(), front.size());
  std::memcpy(lines + kept, kChunkEnd.data(), kChunkEnd.size());
  return {lines - front.size(), front.size() + kept + kChunkEnd.size()};
}

}  // namespace wayside::proxy
