#include "config/values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <sched.h>
#include <utility>

namespace wayside::config {
namespace {

constexpr std::array kLogLevels = {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarn, LogLevel::kError};
constexpr std::array kNamings = {metrics::Naming::kHttp, metrics::Naming::kFlask, metrics::Naming::kOtel};

Parsed<Address> from_base(Checked<Address, AddressError> address) {
  if (address.has_error()) return Mistake{address.error().message};
  return *std::move(address);
}

// Processors in this process's affinity mask, which is what a container's cpuset or taskset leaves; the
// hardware's number, that std::thread reports, may be many more.
std::size_t available_processors() noexcept {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  return std::clamp<std::size_t>(static_cast<std::size_t>(CPU_COUNT(&set)), 1, kMaxWorkers);
}

Parsed<metrics::Naming> parse_naming(std::string_view text) {
  const auto found =
      std::ranges::find(kNamings, text, [](metrics::Naming naming) { return to_string(naming); });
  if (found == kNamings.end()) return expected("http, flask or otel", text);
  return *found;
}

}  // namespace

Parsed<Address> parse_listen(std::string_view text) {
  return from_base(parse_listen_address(text));
}
Parsed<Address> parse_backend(std::string_view text) {
  return from_base(parse_backend_address(text));
}

Parsed<std::size_t> parse_workers(std::string_view text) {
  if (text == "auto") return available_processors();
  std::size_t workers = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, workers);
  if (error != std::errc{} || stop != end || workers == 0 || workers > kMaxWorkers) {
    return expected("a number from 1 to " + std::to_string(kMaxWorkers) + ", or auto", text);
  }
  return workers;
}

Parsed<LogLevel> parse_log_level(std::string_view text) {
  const auto found =
      std::ranges::find(kLogLevels, text, [](LogLevel level) { return wayside::to_string(level); });
  if (found == kLogLevels.end()) return expected("debug, info, warn or error", text);
  return *found;
}

Parsed<std::vector<metrics::Naming>> parse_namings(std::span<const std::string> texts) {
  std::vector<metrics::Naming> namings;
  for (const std::string& text : texts) {
    const auto naming = parse_naming(text);
    if (naming.has_error()) return naming.error();
    if (std::ranges::find(namings, *naming) != namings.end())
      return Mistake{"expected each naming once, found " + quoted(text) + " twice"};
    namings.push_back(*naming);
  }
  if (namings.empty()) return Mistake{"expected http, flask or otel, found an empty list"};
  return namings;
}

Parsed<MethodSet> parse_methods(std::span<const std::string> texts) {
  MethodSet methods;
  for (const std::string& text : texts) {
    const Method method = method_from_token(text);
    if (method == Method::unknown) {
      return expected("GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE or PATCH", text);
    }
    if (methods.contains(method))
      return Mistake{"expected each method once, found " + quoted(text) + " twice"};
    methods.insert(method);
  }
  if (methods.empty()) return Mistake{"expected at least one method, found an empty list"};
  return methods;
}

Parsed<routes::Unmatched> parse_unmatched(std::string_view text) {
  for (const auto mode : {routes::Unmatched::kFold, routes::Unmatched::kPath, routes::Unmatched::kGuess}) {
    if (text == routes::to_string(mode)) return mode;
  }
  return expected("fold, path or guess", text);
}

Parsed<bool> parse_trailing_slash(std::string_view text) {
  if (text != "ignore" && text != "strict") return expected("ignore or strict", text);
  return text == "strict";
}

Parsed<std::size_t> parse_count(std::string_view text) {
  std::size_t count = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc{} || stop != end) return expected("a number from 0", text);
  return count;
}

Parsed<std::optional<std::size_t>> parse_count_or_none(std::string_view text) {
  if (text == "none") return std::optional<std::size_t>();
  std::size_t count = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc{} || stop != end || count == 0) return expected("a number from 1, or none", text);
  return std::optional(count);
}

Parsed<bool> parse_switch(std::string_view text) {
  if (text == "on" || text == "true") return true;
  if (text == "off" || text == "false") return false;
  return expected("on or off", text);
}

Parsed<HalfClose> parse_half_close(std::string_view text) {
  for (const HalfClose value : {HalfClose::kAbort, HalfClose::kServe}) {
    if (text == to_string(value)) return value;
  }
  return expected("abort or serve", text);
}

std::string_view to_string(HalfClose half_close) noexcept {
  return half_close == HalfClose::kAbort ? "abort" : "serve";
}

std::string_view to_string(metrics::Naming naming) noexcept {
  switch (naming) {
    case metrics::Naming::kHttp:
      return "http";
    case metrics::Naming::kFlask:
      return "flask";
    case metrics::Naming::kOtel:
      break;
  }
  return "otel";
}

std::string backend_to_string(const Address& address) {
  return address.is_unix() ? wayside::to_string(address) : "http://" + wayside::to_string(address);
}

}  // namespace wayside::config
