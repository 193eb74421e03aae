#include "listing/json.hpp"

#include <string>

namespace wayside::listing {

Checked<YAML::Node, ListingError> parse_json(std::string_view text) {
  // yaml-cpp reads nested values by recursion.
  constexpr std::size_t kMaxDepth = 200;
  std::size_t depth = 0;
  std::size_t line = 1;
  for (const char c : text) {
    if (c == '\n') ++line;
    if (c == '[' || c == '{') ++depth;
    if ((c == ']' || c == '}') && depth > 0) --depth;
    if (depth > kMaxDepth) {
      return {boost::system::in_place_error,
              ListingError{line, 1, "expected JSON of 200 levels at most, found more"}};
    }
  }
  try {
    return {boost::system::in_place_value, YAML::Load(std::string(text))};
  } catch (const YAML::ParserException& error) {
    const auto place = [](int number) { return number < 0 ? 1 : static_cast<std::size_t>(number) + 1; };
    return {boost::system::in_place_error, ListingError{place(error.mark.line), place(error.mark.column),
                                                        "expected JSON, found a mistake: " + error.msg}};
  }
}

std::size_t line_of(const YAML::Node& node) {
  const int line = node.Mark().line;
  return line < 0 ? 1 : static_cast<std::size_t>(line) + 1;
}

}  // namespace wayside::listing
