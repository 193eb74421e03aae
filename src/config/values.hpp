// The values that a setting may take, from text and to text, whatever source the text came from.
#pragma once

#include "wayside/base/address.hpp"
#include "wayside/base/log.hpp"
#include "wayside/base/method.hpp"
#include "wayside/config/settings.hpp"
#include "wayside/metrics/naming.hpp"
#include "wayside/routes/unmatched.hpp"

#include "config/mistake.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::config {

inline constexpr std::size_t kMaxWorkers = 1024;

Parsed<Address> parse_listen(std::string_view text);
Parsed<Address> parse_backend(std::string_view text);

// A number from 1 to kMaxWorkers, or "auto": one for each processor that this process may run on.
Parsed<std::size_t> parse_workers(std::string_view text);

Parsed<LogLevel> parse_log_level(std::string_view text);

// One or more namings, none of them twice.
Parsed<std::vector<metrics::Naming>> parse_namings(std::span<const std::string> texts);

// One or more methods of RFC 9110 and RFC 5789, none of them twice.
Parsed<MethodSet> parse_methods(std::span<const std::string> texts);

// "fold", "path" or "guess".
Parsed<routes::Unmatched> parse_unmatched(std::string_view text);

// "ignore" or "strict": whether a slash at the end matters.
Parsed<bool> parse_trailing_slash(std::string_view text);

// A whole number from 0.
Parsed<std::size_t> parse_count(std::string_view text);

// A whole number from 1 to `max`, or "none".
Parsed<std::optional<std::size_t>> parse_count_or_none(std::string_view text);

// "on" or "off".
Parsed<bool> parse_switch(std::string_view text);

// "abort" or "serve".
Parsed<HalfClose> parse_half_close(std::string_view text);
std::string_view to_string(HalfClose half_close) noexcept;

// "http", "flask", "otel". The text has static storage duration.
std::string_view to_string(metrics::Naming naming) noexcept;

// "http://host:port" or "unix:/path": what parse_backend reads back.
std::string backend_to_string(const Address& address);

}  // namespace wayside::config
