// Chooses the page that answers a request: values in, values out, no sockets.
#pragma once

#include "wayside/admin/access.hpp"
#include "wayside/admin/admin_server.hpp"

#include "admin/page_files.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wayside::admin {

// The views are valid during the call that takes them.
struct PageRequest {
  std::string_view method;
  std::string_view target;    // RFC 9112 section 3.2; origin-form or absolute-form
  std::string_view accept{};  // the value of the Accept field, all its lines joined by commas
  std::string_view host{};
  // Set by browsers; std::nullopt without such a field.
  std::optional<std::string_view> origin{};
  std::optional<std::string_view> sec_fetch_site{};
  std::string_view if_none_match{};
};

struct Page {
  unsigned status = 200;
  std::string_view content_type;          // static storage duration
  std::string_view allow{};               // the value of the Allow field; empty: no such field
  bool is_negotiated = false;             // depends on Accept and Accept-Encoding
  std::string_view location{};            // the value of the Location field; empty: no such field
  std::string_view etag{};                // the value of the ETag field; empty: no such field
  std::span<const HeaderField> fields{};  // more fields; static storage duration
};

// Whether the request asks for a reload and is permitted to; one from a page of another site is not. The
// caller waits for the reload and then sends reloaded_page().
bool is_reload(const AdminPages& pages, const PageRequest& request);
Page reloaded_page(const Checked<void, ReloadError>& result, std::string& body);

// Identifies the large page that the request asks for: requests with the same key at the same time share one
// page. Empty for short pages.
std::string sharing_key(const AdminPages& pages, const PageRequest& request);

// Whether the request is a probe: GET or HEAD of a page below /-/.
bool is_probe(const PageRequest& request) noexcept;

// Whether the request needs no credentials whatever `access` asks for: a probe, where these are open.
bool is_open(const Access& access, const PageRequest& request) noexcept;
// For a request without valid credentials.
Page unauthorized_page(std::string& body);
Page too_many_attempts_page(std::string& body);

// Answers any other request. Replaces `body` with the text of the page, reusing its memory. HEAD gets the
// text of GET, of which the caller sends the length only. The caller may compress a negotiated page. Throws
// std::bad_alloc.
Page answer(const AdminPages& pages, const PageRequest& request, std::string& body);

// A page of plain text: `message` and a line feed.
Page plain_page(unsigned status, std::string_view message, std::string& body);

}  // namespace wayside::admin
