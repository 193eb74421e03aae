#include "wayside/base/escape.hpp"

namespace wayside {

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  escape_json(text, [&out](std::string_view piece) { out += piece; });
  out += '"';
}

void append_html_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
}

}  // namespace wayside
