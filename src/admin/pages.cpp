#include "admin/pages.hpp"

#include "wayside/metrics/exposition.hpp"

#include "admin/landing_page.hpp"

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
  return {.status = status, .content_type = kPlainText, .allow = {}};
}

Page answer(const AdminPages& pages, std::string_view method, std::string_view target, std::string& body) {
  if (method != "GET" && method != "HEAD") {
    Page page = plain_page(405, "Only GET and HEAD are answered here.", body);
    page.allow = "GET, HEAD";
    return page;
  }
  const std::string_view path = path_of(target);
  if (path == "/metrics") {
    body.clear();
    pages.exposition.render(body);
    return {.status = 200, .content_type = metrics::content_type(metrics::Format::kText), .allow = {}};
  }
  if (path == "/-/healthy") return plain_page(200, "wayside is healthy.", body);
  if (path == "/-/ready") {
    const bool is_ready = !pages.is_ready || pages.is_ready();
    return is_ready ? plain_page(200, "wayside is ready.", body)
                    : plain_page(503, "wayside is not ready.", body);
  }
  if (path == "/") {
    body = landing_page(pages);
    return {.status = 200, .content_type = kHtml, .allow = {}};
  }
  return plain_page(404, "There is no such page. There are: / /metrics /-/healthy /-/ready", body);
}

}  // namespace wayside::admin
