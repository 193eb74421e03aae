#include "wayside/accesslog/entry.hpp"

#include "wayside/base/utf8.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace wayside::accesslog {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

// Appends to a fixed span; what does not fit is remembered and nothing more is written.
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
    while (!value.empty()) {
      const std::size_t length = std::max<std::size_t>(utf8_sequence_length(value), 1);
      length == 1 ? escaped(value.front()) : raw(value.substr(0, length));
      value.remove_prefix(length);
    }
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
      digits[i] = kHexDigits[value & 0xFU];
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
  void escaped(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      const std::array pair = {'\\', c};
      raw({pair.data(), pair.size()});
    } else if (byte >= 0x20 && byte < 0x7F) {
      raw({&c, 1});
    } else {
      const std::array code = {'\\', 'u', '0', '0', kHexDigits[byte >> 4U], kHexDigits[byte & 0xFU]};
      raw({code.data(), code.size()});
    }
  }

  char* const begin_;
  char* at_;
  char* end_;
  bool overflowed_ = false;
};

// RFC 3339, in UTC, to the millisecond.
class TimeText {
 public:
  explicit TimeText(std::chrono::system_clock::time_point time) noexcept {
    using namespace std::chrono;
    const auto whole = floor<milliseconds>(time);
    const auto day = floor<days>(whole);
    const year_month_day date{day};
    const hh_mm_ss clock{whole - day};
    digits(0, 4, static_cast<unsigned>(static_cast<int>(date.year())));
    digits(5, 2, static_cast<unsigned>(date.month()));
    digits(8, 2, static_cast<unsigned>(date.day()));
    digits(11, 2, static_cast<unsigned>(clock.hours().count()));
    digits(14, 2, static_cast<unsigned>(clock.minutes().count()));
    digits(17, 2, static_cast<unsigned>(clock.seconds().count()));
    digits(20, 3, static_cast<unsigned>(clock.subseconds().count()));
  }
  std::string_view view() const noexcept { return {text_.data(), text_.size()}; }

 private:
  void digits(std::size_t at, std::size_t count, unsigned value) noexcept {
    for (std::size_t i = count; i-- > 0; value /= 10)
      text_[at + i] = static_cast<char>('0' + value % 10);
  }

  std::array<char, 24> text_ = {'0', '0', '0', '0', '-', '0', '0', '-', '0', '0', 'T', '0',
                                '0', ':', '0', '0', ':', '0', '0', '.', '0', '0', '0', 'Z'};
};

}  // namespace

std::optional<std::size_t> write_line(const Entry& entry, std::span<char> out) noexcept {
  LineWriter line(out);
  line.text("time", TimeText(entry.time).view());
  line.text("client", entry.client);
  line.text("method", entry.method);
  line.text("target", entry.target);
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
