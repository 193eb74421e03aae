// Which known word did the user probably mean?
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace wayside::config {

// The known word with the fewest edits (insert, remove, replace, swap of neighbours) to `word`, the first of
// equals; empty where even that one is too far away to be a typing mistake. The view shows part of `known`.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

// "expected …, found …" for a word that is none of the known: proposes the nearest, or else lists them all.
// `kind` names one of them: "a known key".
std::string unknown_word(std::string_view kind, std::string_view word,
                         std::span<const std::string_view> known);

}  // namespace wayside::config
