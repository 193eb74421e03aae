// Escapes untrusted text for JSON. For messages and logs see base/quote.hpp.
#pragma once

#include "wayside/base/text.hpp"
#include "wayside/base/utf8.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace wayside {

// Calls `write` with pieces of `text` as they stand between the quotes of a JSON string (RFC 8259 section 7),
// each a std::string_view that ends with the call. Well-formed UTF-8 stands for itself, except for control
// characters, quote and backslash. A byte of no UTF-8 sequence becomes the escape \u00NN of its value, so
// that the string is valid JSON whatever `text` holds. Allocates only where `write` does.
template <class Write>
void escape_json(std::string_view text, Write&& write) {
  std::size_t plain = 0;  // bytes at the beginning of `text` that stand for themselves
  while (plain < text.size()) {
    const std::string_view rest = text.substr(plain);
    const std::size_t length = utf8_sequence_length(rest);
    const auto byte = static_cast<unsigned char>(rest.front());
    const bool is_quote_or_backslash = byte == '"' || byte == '\\';
    const bool is_ascii_control = byte < 0x20 || byte == 0x7F;
    // U+0080 to U+009F, which some terminals obey. The second byte is the code point.
    const bool is_latin1_control = length == 2 && byte == 0xC2 && static_cast<unsigned char>(rest[1]) < 0xA0;
    if (length != 0 && !is_quote_or_backslash && !is_ascii_control && !is_latin1_control) {
      plain += length;
      continue;
    }
    if (plain != 0) write(text.substr(0, plain));
    text = rest;
    plain = 0;
    if (is_quote_or_backslash) {
      const std::array pair = {'\\', rest.front()};
      write(std::string_view(pair.data(), pair.size()));
    } else {
      const auto code = static_cast<unsigned char>(rest[is_latin1_control ? 1 : 0]);
      const std::array escape = {
          '\\', 'u', '0', '0', kLowerHexDigits[code >> 4U], kLowerHexDigits[code & 15U]};
      write(std::string_view(escape.data(), escape.size()));
    }
    text.remove_prefix(is_latin1_control ? 2 : 1);
  }
  if (!text.empty()) write(text);
}

// Appends `text` as a JSON string, its quotes included. Throws std::bad_alloc.
void append_json_string(std::string& out, std::string_view text);

}  // namespace wayside
