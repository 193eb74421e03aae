#include "config/values.hpp"

#include "wayside/base/text.hpp"
#include "wayside/base/utf8.hpp"

#include <boost/beast/http/field.hpp>

#include <iterator>
#include <sched.h>
#include <utility>

namespace wayside::config {
namespace {

Parsed<Address> from_base(Checked<Address, AddressError> address) {
  if (address.has_error()) return Mistake{address.error().message};
  return *std::move(address);
}

// The processors in this process's affinity mask, which is what a container's cpuset or taskset leaves. The
// number that std::thread reports is the machine's and may be much larger.
std::size_t available_processors() noexcept {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  return std::clamp<std::size_t>(static_cast<std::size_t>(CPU_COUNT(&set)), 1, kMaxWorkers);
}

Mistake found_twice(std::string_view kind, std::string_view text) {
  return {fmt::format("expected each {} once, found {} twice", kind, in_quotes(text))};
}

Accepted list_of(Accepted items) {
  return {"a list of " + items.text, std::move(items.words)};
}

Mistake found_empty_list(std::string_view description) {
  return {fmt::format("expected {}, found an empty list", description)};
}

// The word for what other dialects of YAML, other spellings and people call true or false; empty: neither.
std::string_view meant_by(std::string_view text, const SwitchWords& words) noexcept {
  const auto is_word = [text](std::string_view word) { return equals_ignoring_case(text, word); };
  if (std::ranges::any_of(std::array{"yes", "y", "on", "true", "1"}, is_word)) return words.on;
  if (std::ranges::any_of(std::array{"no", "n", "off", "false", "0"}, is_word)) return words.off;
  return {};
}

}  // namespace

std::string join_words(std::span<const std::string_view> words) {
  return fmt::format("{} or {}", fmt::join(words.first(words.size() - 1), ", "), words.back());
}

Parsed<bool> parse_switch(std::string_view text, const SwitchWords& words) {
  if (text == "on" || text == "true") return true;
  if (text == "off" || text == "false") return false;
  const std::string_view meant = meant_by(text, words);
  const std::string hint = meant.empty() ? "" : fmt::format(" (did you mean {}?)", meant);
  return expected(fmt::format("{} or {}{}", words.on, words.off, hint), text);
}

Parsed<std::optional<std::size_t>> CountOrNone::parse(std::string_view text) {
  if (text == "none") return std::optional<std::size_t>();
  const auto count = parse_count(text, 1, SIZE_MAX, "none");
  if (count.has_error()) return count.error();
  return std::optional(*count);
}

std::string CountOrNone::print(std::optional<std::size_t> count) {
  return count ? fmt::format("{}", *count) : "none";
}

Parsed<std::size_t> Workers::parse(std::string_view text) {
  return text == "auto" ? available_processors() : parse_count(text, 1, kMaxWorkers, "auto");
}

Parsed<Address> ListenAddress::parse(std::string_view text) {
  return from_base(parse_listen_address(text));
}

Parsed<Address> BackendAddress::parse(std::string_view text) {
  return from_base(parse_backend_address(text));
}

std::string BackendAddress::print(const Address& address) {
  return backend_text(address);
}

Parsed<std::string> HostName::parse(std::string_view text) {
  constexpr std::size_t kMostOfDns = 253;
  const bool is_name = !text.empty() && text.size() <= kMostOfDns && std::ranges::all_of(text, [](char c) {
    return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || ('0' <= c && c <= '9') || c == '.' ||
           c == '-' || c == '_' || c == ':';
  });
  if (!is_name) return expected(accepted().text, text);
  return Parsed<std::string>{boost::system::in_place_value, text};
}

Parsed<std::string> HealthPath::parse(std::string_view text) {
  if (text == "none") return {boost::system::in_place_value};
  // origin-form of RFC 9112 section 3.2.1; it goes into a request as it is.
  const bool is_target = text.starts_with('/') &&
                         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~' && c != '#'; });
  if (!is_target) return expected("a path such as /healthz, or none", text);
  return {boost::system::in_place_value, text};
}

Parsed<std::string> RouteHeader::parse(std::string_view text) {
  if (boost::beast::http::string_to_field(text) != boost::beast::http::field::unknown) {
    return expected("a header field that is made for this", text);
  }
  return parse_header_name(text);
}

Parsed<std::string> parse_header_name(std::string_view text) {
  if (text.empty() || !std::ranges::all_of(text, is_token_char)) {
    return expected("the name of a header field", text);
  }
  return {boost::system::in_place_value, text};
}

Parsed<std::string> parse_label_value(std::string_view text) {
  // The value of a field never has blanks around it, so a label value with blanks would never be used.
  const bool could_come = !text.empty() && text.front() != ' ' && text.back() != ' ';
  if (!could_come || !is_valid_utf8(text)) {
    return expected("a value, in UTF-8 and without blanks around it", text);
  }
  return {boost::system::in_place_value, text};
}

constexpr std::string_view kPrivateRanges = "private_ranges";

Parsed<TrustedProxies> ProxyNetworks::parse(Texts texts) {
  TrustedProxies proxies{.private_ranges = false};
  for (const std::string& text : texts) {
    if (text == kPrivateRanges) {
      proxies.private_ranges = true;
    } else if (const auto network = parse_network(text)) {
      proxies.networks.push_back(*network);
    } else if (const auto around = parse_enclosing_network(text)) {
      return expected(fmt::format("a network without an address in it (did you mean {}, or {} alone?)",
                                  to_string(*around), text.substr(0, text.find('/'))),
                      text);
    } else {
      return expected("private_ranges, an address or a network such as 10.0.0.0/8", text);
    }
  }
  return proxies;
}

Accepted ProxyNetworks::accepted() {
  return {"a list of private_ranges, addresses, and networks such as 10.0.0.0/8", {kPrivateRanges}};
}

std::vector<std::string> ProxyNetworks::print(const TrustedProxies& proxies) {
  std::vector<std::string> texts;
  if (proxies.private_ranges) texts.emplace_back(kPrivateRanges);
  for (const IpNetwork& network : proxies.networks)
    texts.push_back(to_string(network));
  return texts;
}

Parsed<std::vector<metrics::Naming>> Namings::parse(Texts texts) {
  std::vector<metrics::Naming> namings;
  for (const std::string& text : texts) {
    const auto naming = OneOf<kNamingWords>::parse(text);
    if (naming.has_error()) return naming.error();
    if (std::ranges::find(namings, *naming) != namings.end()) return found_twice("naming", text);
    namings.push_back(*naming);
  }
  if (namings.empty()) return found_empty_list(OneOf<kNamingWords>::accepted().text);
  return namings;
}

std::vector<std::string> Namings::print(const std::vector<metrics::Naming>& namings) {
  std::vector<std::string> texts;
  std::ranges::transform(namings, std::back_inserter(texts), OneOf<kNamingWords>::print);
  return texts;
}

Accepted Namings::accepted() {
  return list_of(OneOf<kNamingWords>::accepted());
}

Parsed<metrics::ExtraHistogramSet> Histograms::parse(Texts texts) {
  metrics::ExtraHistogramSet histograms;
  for (const std::string& text : texts) {
    const auto histogram = OneOf<kHistogramWords>::parse(text);
    if (histogram.has_error()) return histogram.error();
    if (histograms.contains(*histogram)) return found_twice("histogram", text);
    histograms.insert(*histogram);
  }
  return histograms;
}

std::vector<std::string> Histograms::print(metrics::ExtraHistogramSet histograms) {
  std::vector<std::string> texts;
  for (const auto& word : kHistogramWords) {
    if (histograms.contains(word.value)) texts.emplace_back(word.text);
  }
  return texts;
}

Accepted Histograms::accepted() {
  return list_of(OneOf<kHistogramWords>::accepted());
}

Parsed<metrics::Buckets> Bounds::parse(Texts texts) {
  std::vector<double> bounds;
  for (const std::string& text : texts) {
    const auto bound = parse_decimal(text, "a number of seconds");
    if (bound.has_error()) return bound.error();
    bounds.push_back(*bound);
  }
  auto buckets = metrics::Buckets::from_seconds(bounds);
  if (buckets.has_error()) return Mistake{buckets.error().message};
  return *std::move(buckets);
}

std::vector<std::string> Bounds::print(const metrics::Buckets& buckets) {
  std::vector<std::string> texts;
  std::ranges::transform(buckets.bounds(), std::back_inserter(texts), [&](std::int64_t bound) {
    return print_decimal(buckets.exposed(static_cast<double>(bound)));
  });
  return texts;
}

Parsed<MethodSet> Methods::parse(Texts texts) {
  MethodSet methods;
  for (const std::string& text : texts) {
    const Method method = method_from_token(text);
    if (method == Method::unknown && text != method_label(Method::unknown)) {
      return expected("GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE or PATCH", text);
    }
    if (methods.contains(method)) return found_twice("method", text);
    methods.insert(method);
  }
  if (methods.empty()) return found_empty_list("at least one method");
  return methods;
}

std::vector<std::string> Methods::print(MethodSet methods) {
  std::vector<std::string> texts;
  for (const Method method : kMethods) {
    if (methods.contains(method)) texts.emplace_back(method_label(method));
  }
  return texts;
}

Parsed<routes::Dialect> DialectName::parse(std::string_view text) {
  if (const auto dialect = routes::dialect_from(text)) return *dialect;
  return expected(accepted().text, text);
}

Accepted DialectName::accepted() {
  std::vector<std::string_view> words;
  std::ranges::transform(routes::kDialects, std::back_inserter(words),
                         [](routes::Dialect dialect) { return routes::to_string(dialect); });
  return {join_words(words), words};
}

Parsed<std::vector<std::string>> parse_label_values(Texts texts) {
  std::vector<std::string> values;
  for (const std::string& text : texts) {
    if (const auto value = parse_label_value(text); value.has_error()) return value.error();
    if (std::ranges::find(values, text) != values.end()) return found_twice("value", text);
    values.push_back(text);
  }
  if (values.empty()) return found_empty_list("at least one value");
  return values;
}

}  // namespace wayside::config
