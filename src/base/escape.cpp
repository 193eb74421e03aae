#include "wayside/base/escape.hpp"

namespace wayside {

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  escape_json(text, [&out](std::string_view piece) { out += piece; });
  out += '"';
}

}  // namespace wayside
