#include "metrics/protobuf.hpp"

#include <array>
#include <bit>

namespace wayside::metrics::protobuf {
namespace {

enum class WireType : std::uint8_t { kVarint = 0, kFixed64 = 1, kLengthDelimited = 2 };

struct Varint {
  explicit Varint(std::uint64_t value) noexcept {
    constexpr std::uint64_t kMore = 0x80;
    for (; value >= kMore; value >>= 7U)
      bytes[size++] = static_cast<char>(value | kMore);
    bytes[size++] = static_cast<char>(value);
  }
  std::string_view text() const noexcept { return {bytes.data(), size}; }

  std::array<char, 10> bytes{};
  std::size_t size = 0;
};

void append_tag(std::string& out, Field field, WireType type) {
  out += Varint((field << 3U) | static_cast<std::uint32_t>(type)).text();
}

}  // namespace

void append_unsigned(std::string& out, Field field, std::uint64_t value) {
  append_tag(out, field, WireType::kVarint);
  out += Varint(value).text();
}

void append_signed(std::string& out, Field field, std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  append_unsigned(out, field, (bits << 1U) ^ (value < 0 ? ~std::uint64_t{0} : 0));
}

void append_double(std::string& out, Field field, double value) {
  append_tag(out, field, WireType::kFixed64);
  auto bits = std::bit_cast<std::uint64_t>(value);
  for (std::size_t i = 0; i < sizeof bits; ++i, bits >>= 8U)
    out += static_cast<char>(bits & 0xFFU);
}

void append_text(std::string& out, Field field, std::string_view text) {
  append_tag(out, field, WireType::kLengthDelimited);
  out.append(Varint(text.size()).text()).append(text);
}

std::size_t open_delimited(std::string& out) {
  // Room for the length of most messages, which are short.
  out += '\0';
  return out.size();
}

std::size_t open_message(std::string& out, Field field) {
  append_tag(out, field, WireType::kLengthDelimited);
  return open_delimited(out);
}

void close_message(std::string& out, std::size_t begin) {
  const Varint length(out.size() - begin);
  out.replace(begin - 1, 1, length.text());
}

}  // namespace wayside::metrics::protobuf
