// The label of a request that no route matches.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace wayside::routes {

enum class UnmatchedPolicy : std::uint8_t {
  kFold,   // kUnmatchedLabel for all of them
  kPath,   // the path as the client sent it
  kGuess,  // the template that guess_template() makes of the path
};

// "fold", "path", "guess". The text has static storage duration.
std::string_view to_string(UnmatchedPolicy policy) noexcept;

// A template that matches the path of `target`: the path in its normal form, without a slash at its end, and
// with {id} for each segment that looks like an identifier (numbers, UUIDs, hashes, dates, e-mail and MAC
// addresses, tokens of letters and digits) and not like a word or a version. A known extension stays:
// "1.json" is {id}.json. The same target always gives the same template.
//
// The view shows part of `out`. Empty where the target has no path, or where `out` is too small: it needs a
// few bytes more than the target has. Never allocates. Linear in the length of the target.
std::string_view guess_template(std::string_view target, std::span<char> out) noexcept;

// The same in the spelling of an entry of `routes`, which a user may copy: \: \* \( where these characters
// are text, and {id2} for the second identifier, since names are different. It compiles as Dialect::kAuto and
// matches the path of `target`. Empty also where no template can: the path has bytes that a client is to
// encode.
std::string_view suggest_template(std::string_view target, std::span<char> out) noexcept;

// The entry of `routes` for a suggested template, as YAML: "- /a", "- '/a\:'". Throws std::bad_alloc.
std::string entry_for(std::string_view suggestion);

// The label of an unmatched request. The view shows part of `target` or of `buffer`, or is kUnmatchedLabel,
// also where the policy gives no text.
std::string_view unmatched_label(UnmatchedPolicy policy, std::string_view target,
                                 std::span<char> buffer) noexcept;

// Whether a response shows that its path exists, so that the path deserves series of its own: a success, a
// redirection, another protocol. Errors do not: a scanner gets 404 for any invented path, and 401, 403 or 500
// where the application checks the client before it looks for the path.
bool shows_existence(unsigned status) noexcept;

}  // namespace wayside::routes
