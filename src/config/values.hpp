// The types of settings: each reads a value from text, whatever source the text came from, and prints it.
//
// A type is a struct with three static functions. `parse` takes the text, or the texts of a list; `print`
// returns what `parse` reads back. A scalar that prints an empty text is absent. `accepted` describes what
// `parse` takes, for the documentation.
#pragma once

#include "wayside/base/address.hpp"
#include "wayside/base/log.hpp"
#include "wayside/base/method.hpp"
#include "wayside/base/trusted_proxies.hpp"
#include "wayside/config/settings.hpp"
#include "wayside/metrics/naming.hpp"
#include "wayside/routes/unmatched.hpp"

#include "config/mistake.hpp"
#include "config/quantities.hpp"

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::config {

using Texts = std::span<const std::string>;

// Whether values of the type are lists of texts.
template <class Type>
inline constexpr bool kIsList = std::invocable<decltype(&Type::parse), Texts>;

// What a type takes.
struct Accepted {
  std::string text;                       // "debug, info, warn or error"; "a number from 1 to 1024, or auto"
  std::vector<std::string_view> words{};  // words among it that a shell can complete
};

// Words

template <class Value>
struct Word {
  Value value;
  std::string_view text;
};

// Whether each value is the index of its word.
template <class Value, std::size_t n>
constexpr bool are_in_order(const std::array<Word<Value>, n>& words) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    if (static_cast<std::size_t>(words[i].value) != i) return false;
  }
  return true;
}

inline constexpr std::array<Word<LogLevel>, 4> kLogLevelWords = {{
    {LogLevel::kDebug, "debug"},
    {LogLevel::kInfo, "info"},
    {LogLevel::kWarn, "warn"},
    {LogLevel::kError, "error"},
}};
inline constexpr std::array<Word<AccessLog>, 2> kAccessLogWords = {{
    {AccessLog::kOff, "off"},
    {AccessLog::kJson, "json"},
}};
inline constexpr std::array<Word<HalfClose>, 2> kHalfCloseWords = {{
    {HalfClose::kAbort, "abort"},
    {HalfClose::kServe, "serve"},
}};
inline constexpr std::array<Word<Readiness>, 2> kReadinessWords = {{
    {Readiness::kProcess, "process"},
    {Readiness::kBackend, "backend"},
}};
inline constexpr std::array<Word<Probes>, 2> kProbesWords = {{
    {Probes::kAuth, "auth"},
    {Probes::kOpen, "open"},
}};
inline constexpr std::array<Word<routes::UnmatchedPolicy>, 3> kUnmatchedWords = {{
    {routes::UnmatchedPolicy::kFold, "fold"},
    {routes::UnmatchedPolicy::kPath, "path"},
    {routes::UnmatchedPolicy::kGuess, "guess"},
}};
// Whether a slash at the end matters.
inline constexpr std::array<Word<bool>, 2> kTrailingSlashWords = {{
    {false, "ignore"},
    {true, "strict"},
}};
inline constexpr std::array<Word<metrics::Naming>, 3> kNamingWords = {{
    {metrics::Naming::kHttp, "http"},
    {metrics::Naming::kFlask, "flask"},
    {metrics::Naming::kOtel, "otel"},
}};
inline constexpr std::array<Word<metrics::ExtraHistogram>, metrics::kExtraHistogramCount> kHistogramWords = {{
    {metrics::ExtraHistogram::kBackendTtfb, "backend_ttfb"},
    {metrics::ExtraHistogram::kQueue, "queue"},
    {metrics::ExtraHistogram::kRequestSize, "request_size"},
    {metrics::ExtraHistogram::kResponseSize, "response_size"},
}};
static_assert(are_in_order(kLogLevelWords) && are_in_order(kAccessLogWords) &&
              are_in_order(kHalfCloseWords) && are_in_order(kReadinessWords) && are_in_order(kProbesWords) &&
              are_in_order(kUnmatchedWords) && are_in_order(kTrailingSlashWords) &&
              are_in_order(kNamingWords) && are_in_order(kHistogramWords));

// "fold, path or guess"
std::string join_words(std::span<const std::string_view> words);

// One of the words of a table.
template <const auto& words>
struct OneOf {
  using Value = decltype(words[0].value);

  static Accepted accepted() {
    std::vector<std::string_view> texts;
    for (const auto& word : words)
      texts.push_back(word.text);
    return {join_words(texts), texts};
  }
  static Parsed<Value> parse(std::string_view text) {
    for (const auto& word : words) {
      if (word.text == text) return word.value;
    }
    return expected(accepted().text, text);
  }
  static std::string print(Value value) { return std::string(words[static_cast<std::size_t>(value)].text); }
};

// What a switch prints, and what its mistakes propose.
struct SwitchWords {
  std::string_view on;
  std::string_view off;
};
inline constexpr SwitchWords kOnOff{"on", "off"};
inline constexpr SwitchWords kTrueFalse{"true", "false"};

// "on" or "off", and also "true" or "false", whatever `words` are.
Parsed<bool> parse_switch(std::string_view text, const SwitchWords& words);

struct Switch {
  static Parsed<bool> parse(std::string_view text) { return parse_switch(text, kOnOff); }
  static std::string print(bool value) { return value ? "on" : "off"; }
  static Accepted accepted() { return {"on or off", {"on", "off"}}; }
};

// The same, printed as a boolean of YAML.
struct Boolean {
  static Parsed<bool> parse(std::string_view text) { return parse_switch(text, kTrueFalse); }
  static std::string print(bool value) { return value ? "true" : "false"; }
  static Accepted accepted() { return {"true or false", {"true", "false"}}; }
};

// The name of a dialect of templates: "auto", "express4", ….
struct DialectName {
  static Parsed<routes::Dialect> parse(std::string_view text);
  static std::string print(routes::Dialect dialect) { return std::string(routes::to_string(dialect)); }
  static Accepted accepted();
};

// Quantities

struct Duration {
  static Parsed<Milliseconds> parse(std::string_view text) { return parse_duration(text); }
  static std::string print(Milliseconds duration) { return print_duration(duration); }
  static Accepted accepted() { return {describe_duration()}; }
};

struct DurationOrZero {
  static Parsed<Milliseconds> parse(std::string_view text) { return parse_duration(text, Milliseconds{0}); }
  static Accepted accepted() { return {describe_duration(Milliseconds{0})}; }
  static std::string print(Milliseconds duration) { return print_duration(duration); }
};

// Whole seconds, or "off": none.
template <std::uint32_t max>
struct SecondsOrOff {
  static Parsed<std::optional<std::chrono::seconds>> parse(std::string_view text) {
    if (text == "off" || text == "false") return std::optional<std::chrono::seconds>();
    const auto duration = parse_duration(text);
    if (duration.has_error()) return duration.error();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*duration);
    if (seconds != *duration || seconds.count() > max)
      return expected(fmt::format("off or whole seconds from 1s to {}s", max), text);
    return std::optional(seconds);
  }
  static std::string print(std::optional<std::chrono::seconds> duration) {
    return duration ? print_duration(*duration) : "off";
  }
  static Accepted accepted() { return {fmt::format("whole seconds from 1s to {}s, or off", max), {"off"}}; }
};
inline constexpr std::uint32_t kMaxKeepAlive = 32'767;  // of TCP_KEEPIDLE (tcp(7))

template <std::uint64_t max>
struct Size {
  static Parsed<std::size_t> parse(std::string_view text) { return parse_size(text, max); }
  static std::string print(std::size_t bytes) { return print_size(bytes); }
  static Accepted accepted() { return {describe_size(max)}; }
};

// "off" is 0.
template <std::uint64_t max>
struct SizeOrOff {
  static Parsed<std::size_t> parse(std::string_view text) {
    if (text == "off" || text == "false") return std::size_t{0};
    return parse_size(text, max, "off");
  }
  static std::string print(std::size_t bytes) { return bytes == 0 ? "off" : print_size(bytes); }
  static Accepted accepted() { return {describe_size(max, "off"), {"off"}}; }
};

template <std::uint64_t max>
struct SizeOrNone {
  static Parsed<std::optional<std::uint64_t>> parse(std::string_view text) {
    if (text == "none") return std::optional<std::uint64_t>();
    const auto size = parse_size(text, max, "none");
    if (size.has_error()) return size.error();
    return std::optional(*size);
  }
  static std::string print(std::optional<std::uint64_t> bytes) { return bytes ? print_size(*bytes) : "none"; }
  static Accepted accepted() { return {describe_size(max, "none"), {"none"}}; }
};

template <std::size_t min, std::size_t max = SIZE_MAX>
struct Count {
  static Parsed<std::size_t> parse(std::string_view text) { return parse_count(text, min, max); }
  static std::string print(std::size_t count) { return fmt::format("{}", count); }
  static Accepted accepted() { return {describe_count(min, max)}; }
};

// A number from 1, or "none".
struct CountOrNone {
  static Parsed<std::optional<std::size_t>> parse(std::string_view text);
  static std::string print(std::optional<std::size_t> count);
  static Accepted accepted() { return {describe_count(1, SIZE_MAX, "none"), {"none"}}; }
};

inline constexpr std::size_t kMaxWorkers = 1024;

// A number from 1 to kMaxWorkers, or "auto": one for each processor that this process may run on.
struct Workers {
  static Parsed<std::size_t> parse(std::string_view text);
  static std::string print(std::size_t workers) { return fmt::format("{}", workers); }
  static Accepted accepted() { return {describe_count(1, kMaxWorkers, "auto"), {"auto"}}; }
};

// Addresses and names

// "host:port" or "unix:/path"
struct ListenAddress {
  static Parsed<Address> parse(std::string_view text);
  static std::string print(const Address& address) { return to_string(address); }
  static Accepted accepted() { return {"host:port or unix:/path"}; }
};

// "http://host:port", "https://host:port" or "unix:/path"
struct BackendAddress {
  static Parsed<Address> parse(std::string_view text);
  static std::string print(const Address& address);
  static Accepted accepted() { return {"http://host:port, https://host:port or unix:/path"}; }
};

// The name of a host, or its address; empty: none.
struct HostName {
  static Parsed<std::string> parse(std::string_view text);
  static std::string print(const std::string& name) { return name; }
  static Accepted accepted() { return {"the name of a host, or its address"}; }
};

// A path with an optional query, for a request of wayside's own; empty: "none".
struct HealthPath {
  static Parsed<std::string> parse(std::string_view text);
  static std::string print(const std::string& path) { return path.empty() ? "none" : path; }
  static Accepted accepted() { return {"a path that begins with /, or none", {"none"}}; }
};

// A field by which the backend names its routes; empty: none. Not a field that HTTP knows: this one is not
// passed on, and clients need those.
struct RouteHeader {
  static Parsed<std::string> parse(std::string_view text);
  static std::string print(const std::string& name) { return name; }
  static Accepted accepted() { return {"the name of a header field that HTTP does not define"}; }
};

// A field name: a token of RFC 9110 section 5.6.2.
Parsed<std::string> parse_header_name(std::string_view text);

// The value of a label, which is not empty: Prometheus takes an empty one for a missing label.
Parsed<std::string> parse_label_value(std::string_view text);

// Lists

// Any number of networks and addresses, and private_ranges.
struct ProxyNetworks {
  static Parsed<TrustedProxies> parse(Texts texts);
  static Accepted accepted();
  static std::vector<std::string> print(const TrustedProxies& proxies);
};

// One or more namings, each once.
struct Namings {
  static Parsed<std::vector<metrics::Naming>> parse(Texts texts);
  static std::vector<std::string> print(const std::vector<metrics::Naming>& namings);
  static Accepted accepted();
};

// Any number of the histograms that cost extra, each once.
struct Histograms {
  static Parsed<metrics::ExtraHistogramSet> parse(Texts texts);
  static std::vector<std::string> print(metrics::ExtraHistogramSet histograms);
  static Accepted accepted();
};

// The bounds of a latency histogram, in seconds: see metrics::Buckets::from_seconds.
struct Bounds {
  static Parsed<metrics::Buckets> parse(Texts texts);
  static std::vector<std::string> print(const metrics::Buckets& buckets);
  static Accepted accepted() { return {"a list of ascending numbers above 0"}; }
};

// One or more methods of RFC 9110 and RFC 5789, each once, or OTHER for all that are none of them.
struct Methods {
  static Parsed<MethodSet> parse(Texts texts);
  static std::vector<std::string> print(MethodSet methods);
};

// One or more values of a label, each once.
Parsed<std::vector<std::string>> parse_label_values(Texts texts);

}  // namespace wayside::config
