#include "routes/percent.hpp"

namespace wayside::routes {

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (is_segment_char(c)) {
      encoded += c;
      continue;
    }
    const auto value = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += kDigits[value >> 4U];
    encoded += kDigits[value & 15U];
  }
  return encoded;
}

}  // namespace wayside::routes
