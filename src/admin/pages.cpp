#include "admin/pages.hpp"

#include "wayside/metrics/exposition.hpp"

#include "admin/landing_page.hpp"
#include "admin/negotiation.hpp"
#include "admin/query.hpp"

namespace wayside::admin {
namespace {

constexpr std::string_view kPlainText = "text/plain; charset=utf-8";
constexpr std::string_view kHtml = "text/html; charset=utf-8";

// The path of a request target. A server must understand absolute-form too (RFC 9112 section 3.2.2).
std::string_view path_of(std::string_view target) noexcept {
  constexpr std::string_view kAuthorityMark = "://";
  if (!target.starts_with('/')) {
    const std::size_t mark = target.find(kAuthorityMark);
    if (mark == std::string_view::npos) return target;
    target.remove_prefix(mark + kAuthorityMark.size());
    const std::size_t end_of_authority = target.find_first_of("/?#");
    if (end_of_authority == std::string_view::npos || target[end_of_authority] != '/') return "/";
    target.remove_prefix(end_of_authority);
  }
  return target.substr(0, target.find_first_of("?#"));
}

}  // namespace

Page plain_page(unsigned status, std::string_view message, std::string& body) {
  body.assign(message);
  body += '\n';
  return {.status = status, .content_type = kPlainText};
}

Page answer(const AdminPages& pages, const PageRequest& request, std::string& body) {
  if (request.method != "GET" && request.method != "HEAD") {
    Page page = plain_page(405, "Only GET and HEAD are answered here.", body);
    page.allow = "GET, HEAD";
    return page;
  }
  const std::string_view path = path_of(request.target);
  if (path == "/metrics") {
    const metrics::Format format = preferred_format(request.accept);
    body.clear();
    pages.exposition.render(body, {.format = format, .names = wanted_names(request.target)});
    return {.status = 200, .content_type = metrics::content_type(format), .is_negotiated = true};
  }
  if (path == "/-/healthy") return plain_page(200, "wayside is healthy.", body);
  if (path == "/-/ready") {
    const bool is_ready = !pages.is_ready || pages.is_ready();
    return is_ready ? plain_page(200, "wayside is ready.", body)
                    : plain_page(503, "wayside is not ready.", body);
  }
  if (path == "/") {
    body = landing_page(pages);
    return {.status = 200, .content_type = kHtml};
  }
  return plain_page(404, "There is no such page. There are: / /metrics /-/healthy /-/ready", body);
}

}  // namespace wayside::admin
