#include "metrics/label_value.hpp"

namespace wayside::metrics {

std::string escaped_label_value(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char character : text) {
    switch (character) {
      case '\\':
        escaped += "\\\\";
        break;
      case '"':
        escaped += "\\\"";
        break;
      case '\n':
        escaped += "\\n";
        break;
      default:
        escaped += character;
    }
  }
  return escaped;
}

std::string unescaped_label_value(std::string_view escaped) {
  std::string text;
  text.reserve(escaped.size());
  bool is_escape = false;
  for (const char character : escaped) {
    if (!is_escape && character == '\\') {
      is_escape = true;
      continue;
    }
    text += is_escape && character == 'n' ? '\n' : character;
    is_escape = false;
  }
  return text;
}

}  // namespace wayside::metrics
