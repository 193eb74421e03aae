#include "wayside/accesslog/entry.hpp"

#include "wayside/base/escape.hpp"
#include "wayside/base/rfc3339.hpp"
#include "wayside/base/text.hpp"

#include <array>
#include <charconv>
#include <cstring>

namespace wayside::accesslog {
namespace {

// Appends to a fixed span. From the first text on that does not fit, nothing more is written.
class LineWriter {
 public:
  explicit LineWriter(std::span<char> out) noexcept
      : begin_(out.data()), at_(begin_), end_(begin_ + out.size()) {}

  void raw(std::string_view text) noexcept {
    if (text.size() > static_cast<std::size_t>(end_ - at_)) {
      overflowed_ = true;
      end_ = at_;
      return;
    }
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }

  void text(std::string_view key, std::string_view value) noexcept {
    begin(key);
    raw("\"");
    escape_json(value, [this](std::string_view piece) { raw(piece); });
    raw("\"");
  }
  void number(std::string_view key, std::uint64_t value) noexcept {
    begin(key);
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    raw({digits.data(), end});
  }
  void seconds(std::string_view key, const std::optional<Nanoseconds>& value) noexcept {
    if (!value) return;
    begin(key);
    std::array<char, 40> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(),
                                   std::chrono::duration<double>(*value).count(), std::chars_format::fixed)
                         .ptr;
    raw({digits.data(), end});
  }
  void hex(std::uint64_t value) noexcept {
    std::array<char, 16> digits;
    for (std::size_t i = digits.size(); i-- > 0; value >>= 4U)
      digits[i] = kLowerHexDigits[value & 0xFU];
    raw({digits.data(), digits.size()});
  }
  void begin(std::string_view key) noexcept {
    raw(at_ == begin_ ? "{\"" : ",\"");
    raw(key);
    raw("\":");
  }

  std::optional<std::size_t> size() const noexcept {
    if (overflowed_) return std::nullopt;
    return static_cast<std::size_t>(at_ - begin_);
  }

 private:
  char* const begin_;
  char* at_;
  char* end_;
  bool overflowed_ = false;
};

}  // namespace

std::optional<std::size_t> write_line(const Entry& entry, std::span<char> out) noexcept {
  LineWriter line(out);
  line.text("time", Rfc3339(entry.time).view());
  line.text("client", entry.client);
  if (!entry.peer.empty()) line.text("peer", entry.peer);
  if (!entry.method.empty()) line.text("method", entry.method);
  if (!entry.target.empty()) line.text("target", entry.target);
  line.text("route", entry.route);
  line.number("status", entry.status);
  line.text("outcome", entry.outcome);
  line.number("request_bytes", entry.request_bytes);
  line.number("response_bytes", entry.response_bytes);
  line.seconds("queue", entry.queue);
  line.seconds("duration", entry.duration);
  line.seconds("request_sent", entry.request_sent);
  line.seconds("response_head", entry.response_head);
  line.seconds("overhead", entry.overhead);
  if (entry.trace_id_high != 0 || entry.trace_id_low != 0) {
    line.begin("trace_id");
    line.raw("\"");
    line.hex(entry.trace_id_high);
    line.hex(entry.trace_id_low);
    line.raw("\"");
  }
  line.raw("}\n");
  return line.size();
}

}  // namespace wayside::accesslog
