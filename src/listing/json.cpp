#include "listing/json.hpp"

#include <yaml-cpp/eventhandler.h>

#include <sstream>
#include <string>

namespace wayside::listing {
namespace {

// Aliases of YAML are no JSON: a few lines of them stand for millions of nodes.
class AliasRefusal : public YAML::EventHandler {
 public:
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw YAML::ParserException(mark, "an alias of YAML");
  }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
  }
  void OnMapEnd() override {}
};

// Throws YAML::ParserException.
void refuse_aliases(const std::string& text) {
  std::istringstream in(text);
  YAML::Parser parser(in);
  AliasRefusal handler;
  parser.HandleNextDocument(handler);
}

}  // namespace

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
    const std::string whole(text);
    refuse_aliases(whole);
    return {boost::system::in_place_value, YAML::Load(whole)};
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
