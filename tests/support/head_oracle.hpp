// Another reader of heads, to compare Beast's with: the grammar of RFC 9112 sections 2 to 5, written down.
//
// It shares no code with the parser but what both do with a field and a target they have found.
#pragma once

#include <string>
#include <string_view>

namespace wayside::test {

// `bytes` is what http::parse_request_head (or http::parse_response_head) would be given. Empty where both
// refuse it, or both take it and see the same in it; requests are refused for the same reason. Else what the
// two disagree about.
std::string disagreement_about_request(std::string_view bytes);
std::string disagreement_about_response(std::string_view bytes);

}  // namespace wayside::test
