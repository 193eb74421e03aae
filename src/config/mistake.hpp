// The wording of mistakes: "expected …, found …", before the source of the value is known.
#pragma once

#include "wayside/base/quote.hpp"
#include "wayside/base/result.hpp"

#include <fmt/format.h>
#include <span>
#include <string>
#include <string_view>

namespace wayside::config {

// "expected …, found …"
struct Mistake {
  std::string text;
};

template <class T>
using Parsed = Checked<T, Mistake>;

// `description` completes "expected …"; `found` is the text of the value, shown in quotes.
inline Mistake expected(std::string_view description, std::string_view found) {
  return {fmt::format("expected {}, found {}", description, in_quotes(found))};
}

// The known word with the fewest edits (insert, remove, replace, swap of neighbours) to `word`, the first of
// equals; empty where even that one is too different to be a typing mistake. The view shows part of `known`.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

// "expected …, found …" for an unknown word: proposes the nearest known word, or else lists them all. `kind`
// names one of them: "a known key".
std::string unknown_word(std::string_view kind, std::string_view word,
                         std::span<const std::string_view> known);

}  // namespace wayside::config
