// Which page answers which request: values in, values out, no sockets.
#pragma once

#include "wayside/admin/admin_server.hpp"

#include <string>
#include <string_view>

namespace wayside::admin {

struct Page {
  unsigned status = 200;
  std::string_view content_type;  // static storage duration
  std::string_view allow;         // the value of the Allow field; empty: there is none
};

// Answers a request for `target` (RFC 9112 section 3.2; origin-form or absolute-form, its query is passed
// over). Replaces `body` by the text of the page, reusing its memory. For HEAD that is the text GET would
// get: leaving it out while telling its length is the caller's business. Throws std::bad_alloc.
Page answer(const AdminPages& pages, std::string_view method, std::string_view target, std::string& body);

// A page of plain text: `message` and a line feed.
Page plain_page(unsigned status, std::string_view message, std::string& body);

}  // namespace wayside::admin
