// What Boost.Beast makes of a head: another reader of the same grammar, to compare ours with.
#pragma once

#include <string>
#include <string_view>

namespace wayside::test {

// `bytes` is what http::parse_request_head (or http::parse_response_head) would be given. Empty where both
// refuse it, both take it and see the same in it, or where ours refuses what Beast does not look at: Host,
// the form of the target, folds, limits. Else what the two disagree about.
std::string disagreement_about_request(std::string_view bytes);
std::string disagreement_about_response(std::string_view bytes);

}  // namespace wayside::test
