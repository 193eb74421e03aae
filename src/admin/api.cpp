#include "admin/api.hpp"

#include "wayside/base/json_writer.hpp"
#include "wayside/base/target_path.hpp"
#include "wayside/inspector/inspector.hpp"
#include "wayside/metrics/history.hpp"

#include "admin/live_json.hpp"
#include "admin/query.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <thread>

namespace wayside::admin {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kApi = "/api/";
constexpr std::string_view kLive = "/api/v1/live";
constexpr std::string_view kEndpoint = "/api/v1/endpoint";
constexpr std::string_view kRoutes = "/api/v1/routes";

struct NamedWindow {
  std::string_view name;
  LiveWindow window;
};
constexpr std::array kWindows = {NamedWindow{"1m", {std::chrono::minutes(1)}},
                                 NamedWindow{"5m", {std::chrono::minutes(5)}},
                                 NamedWindow{"15m", {std::chrono::minutes(15)}}};
constexpr std::string_view kDefaultWindow = "5m";

// The parameters of a request; or what is wrong with them, as a sentence.
struct Parameters {
  LiveWindow window{};
  std::uint64_t since = 0;
  std::string label;
  std::string mistake;  // empty: none
};

std::optional<LiveWindow> parse_window(std::string_view text) noexcept {
  for (const NamedWindow& each : kWindows) {
    if (each.name == text) return each.window;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> parse_tick(std::string_view text) noexcept {
  std::uint64_t tick = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), tick);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(tick) : std::nullopt;
}

Parameters parse(const PageRequest& request) {
  Parameters parameters;
  const std::string_view target = request.target;
  const bool needs_label = path_of(target) == kEndpoint;
  const auto window = parse_window(query_value(target, "window").value_or(std::string(kDefaultWindow)));
  const auto since = parse_tick(query_value(target, "since").value_or("0"));
  const auto label = query_value(target, "label");
  if (!window) parameters.mistake = "The parameter \"window\" is one of 1m, 5m and 15m.";
  if (!since) parameters.mistake = "The parameter \"since\" is the number of a tick.";
  if (needs_label && !label) parameters.mistake = "The parameter \"label\" names the endpoint.";
  parameters.window = window.value_or(LiveWindow{});
  parameters.since = since.value_or(0);
  parameters.label = label.value_or(std::string());
  return parameters;
}

Page json_page() {
  return {.status = 200, .content_type = kJson, .is_negotiated = true};
}

Page routes_page(const AdminPages& pages, std::string& body) {
  if (!pages.shows_routes)
    return api_error(404, "The routes are not shown here: metrics.expose.routes is off.", body);
  body.clear();
  pages.inspector.write(inspector::Format::kJson, {}, body);
  return json_page();
}

Page endpoint_page(const AdminPages& pages, const Parameters& parameters, std::string& body) {
  const auto detail = pages.history.detail(parameters.label, parameters.window.ticks(), Clock::now());
  if (!detail) return api_error(404, "There is no endpoint with this label.", body);
  body.clear();
  write_endpoint(*detail, parameters.window, body);
  return json_page();
}

}  // namespace

Page api_error(unsigned status, std::string_view sentence, std::string& body) {
  body.clear();
  JsonWriter(body).begin_object().member("error", sentence).end_object();
  body += '\n';
  return {.status = status, .content_type = kJson, .is_negotiated = true};
}

bool is_of_api(std::string_view path) noexcept {
  return path.starts_with(kApi);
}

std::string api_sharing_key(const PageRequest& request) {
  const std::string_view path = path_of(request.target);
  if (path == kRoutes) return "api routes";
  if (path != kLive && path != kEndpoint) return {};
  const Parameters parameters = parse(request);
  if (!parameters.mistake.empty()) return {};
  const auto seconds = parameters.window.length.count();
  if (path == kLive) return fmt::format("api live {} {}", seconds, parameters.since);
  return fmt::format("api endpoint {} {}", seconds, parameters.label);
}

Page api_page(const AdminPages& pages, const PageRequest& request, std::string& body) {
  const std::string_view path = path_of(request.target);
  if (path == kRoutes) return routes_page(pages, body);
  if (path != kLive && path != kEndpoint) {
    return api_error(
        404, fmt::format("There is no such resource. There are {}, {} and {}.", kLive, kEndpoint, kRoutes),
        body);
  }
  if (!pages.shows_page)
    return api_error(404, "The page and its API are turned off: metrics.expose.page is off.", body);
  const Parameters parameters = parse(request);
  if (!parameters.mistake.empty()) return api_error(400, parameters.mistake, body);
  if (path == kEndpoint) return endpoint_page(pages, parameters, body);
  body.clear();
  // Lets a worker on the same processor run between the pieces.
  write_live(pages, parameters.window, parameters.since, {}, body, std::this_thread::yield);
  return json_page();
}

}  // namespace wayside::admin
