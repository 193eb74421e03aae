// The JSON API of the metrics listener, /api/v1: which resource a request asks for, and with which
// parameters. docs/api.md describes it for its users.
#pragma once

#include "admin/pages.hpp"

#include <string>
#include <string_view>

namespace wayside::admin {

// Whether the path belongs to the API, the resources that do not exist included.
bool is_of_api(std::string_view path) noexcept;

// {"error": sentence}. Replaces `body`. Throws std::bad_alloc.
Page api_error(unsigned status, std::string_view sentence, std::string& body);

// As sharing_key(), for a GET or HEAD of a path of the API. Empty where it is answered with an error at once.
std::string api_sharing_key(const PageRequest& request);

// Answers a GET or HEAD of a path of the API. Replaces `body`. Throws std::bad_alloc.
Page api_page(const AdminPages& pages, const PageRequest& request, std::string& body);

}  // namespace wayside::admin
