#include "wayside/base/quote.hpp"

#include "wayside/base/text.hpp"

namespace wayside {
namespace {

constexpr std::size_t kMessageLimit = 120;
constexpr std::string_view kCut = "...";

// One byte as it is written between the quotes. The view may show `buffer`.
std::string_view escaped(char c, char (&buffer)[4]) noexcept {
  switch (c) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      break;
  }
  if (c >= ' ' && c <= '~') {
    buffer[0] = c;
    return {buffer, 1};
  }
  const auto byte = static_cast<unsigned char>(c);
  buffer[0] = '\\';
  buffer[1] = 'x';
  buffer[2] = kLowerHexDigits[byte >> 4U];
  buffer[3] = kLowerHexDigits[byte & 0xFU];
  return {buffer, 4};
}

}  // namespace

void append_quoted(std::string& out, std::string_view text, std::size_t limit) {
  const std::size_t end = out.size() + limit;
  out += '"';
  for (const char c : text) {
    char buffer[4];
    const std::string_view piece = escaped(c, buffer);
    // kCut and the closing quote always have room.
    if (out.size() + piece.size() + kCut.size() + 1 > end) {
      out += kCut;
      break;
    }
    out += piece;
  }
  out += '"';
}

std::string in_quotes(std::string_view text) {
  std::string out;
  append_quoted(out, text, kMessageLimit);
  return out;
}

}  // namespace wayside
