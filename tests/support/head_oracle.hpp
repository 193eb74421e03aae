// A second parser of heads, to compare with Beast's: the grammar of RFC 9112 sections 2 to 5, written out.
//
// It shares code with the parser only for fields and targets that both have found.
#pragma once

#include <string>
#include <string_view>

namespace wayside::test {

// `bytes` is the input of http::parse_request_head (or http::parse_response_head). Returns the disagreement
// of the two parsers; empty if both accept it with the same result, or both refuse it, a request for the same
// reason.
std::string disagreement_about_request(std::string_view bytes);
std::string disagreement_about_response(std::string_view bytes);

}  // namespace wayside::test
