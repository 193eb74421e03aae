// Does a segment of a path identify one thing among many, or is it a word of the program?
//
// A heuristic. Metrics of different days are compared, so a version of wayside changes an answer only where
// the changelog says so; the tests have tables of the answers, and tests/README.md how often they are right.
#pragma once

#include <string_view>

namespace wayside::routes {

// Numbers, dates and times, e-mail addresses, UUIDs, hashes, hardware (MAC) addresses, and texts of letters
// and digits that are no words: ULIDs, nanoids, base64, "cus_9s6XKzkNRiz8i3". `segment` belongs to a
// normalized path. Never allocates. Linear in its length.
bool looks_like_identifier(std::string_view segment) noexcept;

// The part of `segment` that is the extension of a file's name, with its dot: ".json", ".tar.gz". A closed
// list, so that a template with an extension is one of a few. Empty where there is none, and where nothing
// stands before it. A view into `segment`.
std::string_view file_extension(std::string_view segment) noexcept;

}  // namespace wayside::routes
