// What stands for a request that no route matches.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace wayside::routes {

enum class Unmatched : std::uint8_t {
  kFold,   // one label for all
  kPath,   // the path as the client sent it
  kGuess,  // the path with {id} for every segment that looks like one
};

// "fold", "path", "guess". The text has static storage duration.
std::string_view to_string(Unmatched mode) noexcept;

// The path of `target` in its normal form, without a slash at its end, with {id} in the place of each segment
// that looks like the name of one thing among many: numbers, UUIDs, hashes, dates, e-mail addresses, long
// tokens of letters and digits. A template that matches the path, in short. What looks like a word or a
// version stays. The same target always yields the same text.
//
// Written into `out`; empty where the target has no path, or where `out` is too small: it needs as many bytes
// as the target has, and a few. Never allocates; linear in the length of the target.
std::string_view guess_template(std::string_view target, std::span<char> out) noexcept;

// The label of an unmatched request: kUnmatchedLabel, part of `target`, or a text in `buffer`, and valid as
// long as these. kUnmatchedLabel also where the mode yields no text.
std::string_view unmatched_label(Unmatched mode, std::string_view target, std::span<char> buffer) noexcept;

// Whether an answer shows that what was asked for is there, so that its label is worth series of its own: a
// success, a redirection, another protocol. Not so an error: a scanner gets 404 for whatever it makes up, and
// 401, 403 or 500 where the application looks at who asks before it looks for what.
bool shows_existence(unsigned status) noexcept;

}  // namespace wayside::routes
