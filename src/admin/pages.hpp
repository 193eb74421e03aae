// Which page answers which request: values in, values out, no sockets.
#pragma once

#include "wayside/admin/admin_server.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace wayside::admin {

// Views end with the call that they are given to.
struct PageRequest {
  std::string_view method;
  std::string_view target;    // RFC 9112 section 3.2; origin-form or absolute-form
  std::string_view accept{};  // the value of the Accept field, all its lines joined by commas
  std::string_view host{};
  // Where a browser says the request comes from; none where there is no such field.
  std::optional<std::string_view> origin{};
  std::optional<std::string_view> sec_fetch_site{};
};

struct Page {
  unsigned status = 200;
  std::string_view content_type;  // static storage duration
  std::string_view allow{};       // the value of the Allow field; empty: there is none
  bool is_negotiated = false;     // another Accept or Accept-Encoding might get another answer
};

// Whether the request asks for a reload and may, which a page of another site may not: whoever answers waits
// for that, and then sends reloaded_page().
bool is_reload(const AdminPages& pages, const PageRequest& request);
Page reloaded_page(const Checked<void, std::string>& result, std::string& body);

// What tells one large page from another, where the answer is one: requests with the same key, at the same
// time, get the same page. Empty where the answer is short.
std::string sharing_key(const PageRequest& request);

// Whether the request asks for a page that tells how the process is: one below /-/, and not to be changed.
bool is_probe(const PageRequest& request) noexcept;

// Answers any other request; of queries only that of /metrics means anything. Replaces `body` by the text of
// the page, reusing its memory. For HEAD that is the text GET would get: leaving it out while telling its
// length is the caller's business, as is compressing a negotiated page. Throws std::bad_alloc.
Page answer(const AdminPages& pages, const PageRequest& request, std::string& body);

// A page of plain text: `message` and a line feed.
Page plain_page(unsigned status, std::string_view message, std::string& body);

}  // namespace wayside::admin
