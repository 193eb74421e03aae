#include "admin/pages.hpp"

#include "wayside/base/target_path.hpp"
#include "wayside/inspector/inspector.hpp"
#include "wayside/metrics/exposition.hpp"

#include "admin/api.hpp"
#include "admin/browser.hpp"
#include "admin/landing_page.hpp"
#include "admin/negotiation.hpp"
#include "admin/query.hpp"
#include "admin/summary.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <thread>

namespace wayside::admin {
namespace {

constexpr std::string_view kPlainText = "text/plain; charset=utf-8";
constexpr std::string_view kReloadPath = "/-/reload";
constexpr std::string_view kProbes = "/-/";
constexpr std::string_view kHtml = "text/html; charset=utf-8";

// `?format=` comes first, since it is easier to type than a header; then Accept; else JSON.
inspector::Format routes_format(const PageRequest& request) {
  const auto has = [](std::string_view text, std::string_view part) { return text.find(part) != text.npos; };
  const std::string_view query =
      request.target.substr(std::min(request.target.find('?'), request.target.size()));
  if (has(query, "format=text")) return inspector::Format::kText;
  if (has(query, "format=html")) return inspector::Format::kHtml;
  if (has(query, "format=json") || has(request.accept, "application/json")) return inspector::Format::kJson;
  if (has(request.accept, "text/html")) return inspector::Format::kHtml;
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
  std::string_view type = "application/json";
  if (format == inspector::Format::kText) type = kPlainText;
  if (format == inspector::Format::kHtml) type = kHtml;
  return {.status = 200, .content_type = type, .is_negotiated = true};
}

bool wants_html(const PageRequest& request) noexcept {
  return request.accept.find("text/html") != request.accept.npos;
}

// For browsers a document, for others a table.
Page root_page(const AdminPages& pages, const PageRequest& request, std::string& body) {
  if (!pages.shows_page)
    return plain_page(404, "This page is turned off: metrics.expose.page is off. /metrics is there.", body);
  if (wants_html(request)) {
    body = landing_page(pages);
    return {.status = 200, .content_type = kHtml, .is_negotiated = true};
  }
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
  if (path == "/routes") return fmt::format("routes {}", fmt::underlying(routes_format(request)));
  if (path == "/" && !wants_html(request)) return "summary";
  if (is_of_api(path)) return api_sharing_key(request);
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

Page answer(const AdminPages& pages, const PageRequest& request, std::string& body) {
  const std::string_view path = path_of(request.target);
  if (path == kReloadPath) return refused_reload(pages, request, body);
  if (!is_read(request)) {
    Page page = plain_page(405, "Only GET and HEAD are allowed here.", body);
    page.allow = "GET, HEAD";
    return page;
  }
  if (path == "/routes") return routes_page(pages, request, body);
  if (path == "/metrics") {
    const metrics::Format format = metrics_format(pages, request);
    body.clear();
    // Lets a worker on the same processor run between the pieces.
    pages.exposition.render(
        body,
        {.format = format, .names = wanted_names(request.target), .between_pieces = std::this_thread::yield});
    return {.status = 200, .content_type = metrics::content_type(format), .is_negotiated = true};
  }
  if (path == "/-/healthy") return plain_page(200, "wayside is healthy.", body);
  if (path == "/-/ready") {
    const std::string why = pages.why_unready ? pages.why_unready() : std::string();
    return why.empty() ? plain_page(200, "wayside is ready.", body) : plain_page(503, why, body);
  }
  if (path == "/") return root_page(pages, request, body);
  if (is_of_api(path)) return api_page(pages, request, body);
  return plain_page(404,
                    "There is no such page. The pages are: / /metrics /routes /-/healthy /-/ready /-/reload "
                    "/api/v1/live /api/v1/endpoint /api/v1/routes",
                    body);
}

}  // namespace wayside::admin
