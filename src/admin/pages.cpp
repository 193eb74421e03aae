#include "admin/pages.hpp"

#include "wayside/base/target_path.hpp"
#include "wayside/inspector/inspector.hpp"
#include "wayside/metrics/exposition.hpp"

#include "admin/api.hpp"
#include "admin/browser.hpp"
#include "admin/negotiation.hpp"
#include "admin/page_files.hpp"
#include "admin/query.hpp"
#include "admin/summary.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <iterator>
#include <thread>

namespace wayside::admin {
namespace {

constexpr std::string_view kPlainText = "text/plain; charset=utf-8";
constexpr std::string_view kReloadPath = "/-/reload";
constexpr std::string_view kProbes = "/-/";
constexpr std::string_view kHealthyPath = "/-/healthy";
constexpr std::string_view kReadyPath = "/-/ready";
constexpr std::string_view kPageList =
    "The pages are: / /metrics /routes /-/healthy /-/ready /-/reload /api/v1/live /api/v1/endpoint "
    "/api/v1/routes";

bool is_from_browser(const PageRequest& request) {
  return request.accept.find("text/html") != request.accept.npos;
}

// `?format=` comes first, since it is easier to type than a header; then Accept; else JSON.
inspector::Format routes_format(const PageRequest& request) {
  const auto has = [](std::string_view text, std::string_view part) { return text.find(part) != text.npos; };
  const std::string_view query =
      request.target.substr(std::min(request.target.find('?'), request.target.size()));
  if (has(query, "format=text")) return inspector::Format::kText;
  if (has(query, "format=json") || has(request.accept, "application/json")) return inspector::Format::kJson;
  return has(request.accept, "text/plain") ? inspector::Format::kText : inspector::Format::kJson;
}

Page routes_page(const AdminPages& pages, const PageRequest& request, std::string& body) {
  if (!pages.shows_routes)
    return plain_page(404, "The routes are not shown here: metrics.expose.routes is off.", body);
  const inspector::Format format = routes_format(request);
  const inspector::ClockReading now;
  body.clear();
  pages.inspector.write(format, now, body,
                        format == inspector::Format::kText ? live_columns(pages.history, now.steady)
                                                           : inspector::FurtherColumns());
  const std::string_view type = format == inspector::Format::kText ? kPlainText : "application/json";
  return {.status = 200, .content_type = type, .is_negotiated = true};
}

// Browsers are sent to the live page, which shows the routes too, unless they ask for a format.
bool is_for_live_page(const PageRequest& request) {
  return is_from_browser(request) && request.target.find("format=") == request.target.npos;
}

Page redirect_to_live_page(std::string& body) {
  Page page = plain_page(302, "The live page at / shows the routes.", body);
  page.location = "/";
  page.is_negotiated = true;
  return page;
}

// The file of the live page that the request gets; nullptr if it asks for another page.
const PageFile* wanted_file(const PageRequest& request) {
  const std::string_view path = path_of(request.target);
  return path == "/" && !is_from_browser(request) ? nullptr : page_file(path);
}

Page file_page(const PageFile& file, const PageRequest& request, std::string& body) {
  const bool is_known = client_has(file, request.if_none_match);
  body.assign(is_known ? std::string_view() : file.bytes);
  return {.status = is_known ? 304U : 200U,
          .content_type = content_type(file),
          .is_negotiated = true,
          .etag = file.etag,
          .fields = page_file_fields()};
}

// `/` for those that show no HTML.
Page summary_page(const AdminPages& pages, std::string& body) {
  body.clear();
  write_summary(pages, {}, body);
  return {.status = 200, .content_type = kPlainText, .is_negotiated = true};
}

bool is_read(const PageRequest& request) noexcept {
  return request.method == "GET" || request.method == "HEAD";
}

Page refused_reload(const AdminPages& pages, const PageRequest& request, std::string& body) {
  if (request.method == "POST" && !pages.reload)
    return plain_page(403, "The lifecycle endpoints are not enabled (--enable-lifecycle).", body);
  if (request.method == "POST") {
    return plain_page(
        403,
        "Not reloaded: a web page of another origin sent this request. Only a page that was loaded from this "
        "listener, by its IP address or as localhost, may reload.",
        body);
  }
  Page page = plain_page(405, "Only POST is allowed here.", body);
  page.allow = "POST";
  return page;
}

metrics::Format metrics_format(const AdminPages& pages, const PageRequest& request) noexcept {
  return preferred_format(request.accept, pages.exposition.has_native_histograms());
}

}  // namespace

Page plain_page(unsigned status, std::string_view message, std::string& body) {
  body.assign(message);
  body += '\n';
  return {.status = status, .content_type = kPlainText};
}

bool is_reload(const AdminPages& pages, const PageRequest& request) {
  return pages.reload && request.method == "POST" && path_of(request.target) == kReloadPath &&
         !is_from_foreign_page(request);
}

Page reloaded_page(const Checked<void, ReloadError>& result, std::string& body) {
  if (result.has_error())
    return plain_page(result.error().is_refused ? 503 : 500, result.error().message, body);
  return plain_page(200, "The configuration was reloaded.", body);
}

std::string sharing_key(const AdminPages& pages, const PageRequest& request) {
  const std::string_view path = path_of(request.target);
  if (!is_read(request)) return {};
  if (path == "/routes" && !is_for_live_page(request))
    return fmt::format("routes {}", fmt::underlying(routes_format(request)));
  if (is_of_api(path)) return api_sharing_key(request);
  const PageFile* const file = wanted_file(request);
  if (file != nullptr && !client_has(*file, request.if_none_match)) return fmt::format("file {}", file->name);
  if (path == "/" && file == nullptr) return "summary";
  if (path != "/metrics") return {};
  std::string key = fmt::format("metrics {}", fmt::underlying(metrics_format(pages, request)));
  // A name may hold any character, so its length comes first.
  for (const std::string& name : wanted_names(request.target))
    fmt::format_to(std::back_inserter(key), " {} {}", name.size(), name);
  return key;
}

bool is_probe(const PageRequest& request) noexcept {
  return is_read(request) && path_of(request.target).starts_with(kProbes);
}

bool is_open(const Access& access, const PageRequest& request) noexcept {
  const std::string_view path = path_of(request.target);
  return access.probes_are_open && is_read(request) && (path == kHealthyPath || path == kReadyPath);
}

Page unauthorized_page(std::string& body) {
  // Without a realm, as Prometheus' exporters say it.
  static constexpr std::array kChallenge = {HeaderField{"WWW-Authenticate", "Basic"}};
  Page page = plain_page(401, "This listener asks for a user and a password (metrics.web_config).", body);
  page.fields = kChallenge;
  return page;
}

Page too_many_attempts_page(std::string& body) {
  static constexpr std::array kRetryAfter = {HeaderField{"Retry-After", "1"}};
  Page page = plain_page(429, "Too many failed attempts: this one was not looked at.", body);
  page.fields = kRetryAfter;
  return page;
}

Page answer(const AdminPages& pages, const PageRequest& request, std::string& body) {
  const std::string_view path = path_of(request.target);
  if (path == kReloadPath) return refused_reload(pages, request, body);
  if (!is_read(request)) {
    constexpr std::string_view kOnlyReads = "Only GET and HEAD are allowed here.";
    Page page = is_of_api(path) ? api_error(405, kOnlyReads, body) : plain_page(405, kOnlyReads, body);
    page.allow = "GET, HEAD";
    return page;
  }
  const PageFile* const file = wanted_file(request);
  if (!pages.shows_page && (path == "/" || file != nullptr))
    return plain_page(404, "This page is turned off: metrics.expose.page is off. /metrics is there.", body);
  if (file != nullptr) return file_page(*file, request, body);
  if (path == "/") return summary_page(pages, body);
  if (path == "/routes") {
    const bool is_redirected = pages.shows_page && is_for_live_page(request);
    return is_redirected ? redirect_to_live_page(body) : routes_page(pages, request, body);
  }
  if (path == "/metrics") {
    const metrics::Format format = metrics_format(pages, request);
    body.clear();
    // Lets a worker on the same processor run between the pieces.
    pages.exposition.render(
        body,
        {.format = format, .names = wanted_names(request.target), .between_pieces = std::this_thread::yield});
    return {.status = 200, .content_type = metrics::content_type(format), .is_negotiated = true};
  }
  if (path == kHealthyPath) return plain_page(200, "wayside is healthy.", body);
  if (path == kReadyPath) {
    const std::string why = pages.why_unready ? pages.why_unready() : std::string();
    return why.empty() ? plain_page(200, "wayside is ready.", body) : plain_page(503, why, body);
  }
  if (is_of_api(path)) return api_page(pages, request, body);
  return plain_page(404, fmt::format("There is no such page. {}", kPageList), body);
}

}  // namespace wayside::admin
