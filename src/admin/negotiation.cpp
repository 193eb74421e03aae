#include "admin/negotiation.hpp"

#include "wayside/base/text.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace wayside::admin {
namespace {

constexpr int kFullWeight = 1000;  // weights in thousandths: they have at most three digits

// Takes the part before `separator` off `rest`. Quoted strings, which may hold separators, are not parsed: no
// parameter that matters has one, and the broken pieces are not recognised.
std::string_view take_part(std::string_view& rest, char separator) noexcept {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view part = trim(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

// RFC 9110 section 12.4.2: "0", "1", or either with a point and up to three digits. std::nullopt for any
// other text.
std::optional<int> parse_weight(std::string_view text) noexcept {
  if (text.empty() || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  int weight = text[0] == '1' ? kFullWeight : 0;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  constexpr std::size_t kLongest = 5;
  if (text.size() > kLongest) return std::nullopt;
  int place = kFullWeight / 10;
  for (const char digit : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (!is_digit(digit)) return std::nullopt;
    weight += (digit - '0') * place;
    place /= 10;
  }
  return weight <= kFullWeight ? std::optional(weight) : std::nullopt;
}

// An element of either list: its name, and the parameters that matter.
struct Choice {
  std::string_view name;
  std::string_view version;   // empty: any
  std::string_view proto;     // the name of the message
  std::string_view encoding;  // how messages follow each other
  int weight = kFullWeight;   // 0: not acceptable; also for an invalid weight
};

Choice take_choice(std::string_view& list) noexcept {
  std::string_view element = take_part(list, ',');
  Choice choice;
  choice.name = take_part(element, ';');
  while (!element.empty()) {
    std::string_view value = take_part(element, ';');
    const std::string_view name = take_part(value, '=');
    if (equals_ignoring_case(name, "q")) choice.weight = parse_weight(trim(value)).value_or(0);
    if (equals_ignoring_case(name, "version")) choice.version = trim(value);
    if (equals_ignoring_case(name, "proto")) choice.proto = trim(value);
    if (equals_ignoring_case(name, "encoding")) choice.encoding = trim(value);
  }
  return choice;
}

std::optional<metrics::Format> format_of(const Choice& choice) noexcept {
  using metrics::Format;
  if (equals_ignoring_case(choice.name, "application/vnd.google.protobuf")) {
    return choice.proto == "io.prometheus.client.MetricFamily" && choice.encoding == "delimited"
               ? std::optional(Format::kProtobuf)
               : std::nullopt;
  }
  if (equals_ignoring_case(choice.name, "application/openmetrics-text")) {
    return choice.version.empty() || choice.version == "1.0.0" ? std::optional(Format::kOpenMetrics)
                                                               : std::nullopt;
  }
  if (equals_ignoring_case(choice.name, "text/plain")) {
    return choice.version.empty() || choice.version == "0.0.4" ? std::optional(Format::kText) : std::nullopt;
  }
  if (equals_ignoring_case(choice.name, "text/*") || choice.name == "*/*") return Format::kText;
  return std::nullopt;
}

}  // namespace

metrics::Format preferred_format(std::string_view accept, bool offers_protobuf) noexcept {
  metrics::Format best = metrics::Format::kText;
  int best_weight = 0;
  while (!accept.empty()) {
    const Choice choice = take_choice(accept);
    const auto format = format_of(choice);
    if (!format || choice.weight <= best_weight) continue;
    if (format == metrics::Format::kProtobuf && !offers_protobuf) continue;
    best = *format;
    best_weight = choice.weight;
  }
  return best;
}

bool accepts_gzip(std::string_view accept_encoding) noexcept {
  bool is_any_accepted = false;
  while (!accept_encoding.empty()) {
    const Choice choice = take_choice(accept_encoding);
    // An element that names gzip overrides `*` (RFC 9110 section 12.5.3).
    if (equals_ignoring_case(choice.name, "gzip") || equals_ignoring_case(choice.name, "x-gzip"))
      return choice.weight > 0;
    if (choice.name == "*") is_any_accepted = choice.weight > 0;
  }
  return is_any_accepted;
}

}  // namespace wayside::admin
