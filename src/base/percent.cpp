#include "wayside/base/percent.hpp"

namespace wayside {

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int byte = percent_decoded_byte(text, i);
    decoded += byte < 0 ? text[i] : static_cast<char>(byte);
    if (byte >= 0) i += kPercentTriple - 1;
  }
  return decoded;
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (is_segment_char(c)) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += kUpperHexDigits[byte >> 4U];
    encoded += kUpperHexDigits[byte & 15U];
  }
  return encoded;
}

}  // namespace wayside
