// How likely one letter follows another in a word, compared with a text of random letters.
//
// Counted in one half of the static segments of 2,639 OpenAPI documents, words cut at capitals, by
// tests/data/segments/make.py, which prints the table. The other half judges it: see tests/README.md.
#pragma once

#include "wayside/base/text.hpp"

#include <cstddef>
#include <string_view>

namespace wayside::routes {

// By the first letter, then by the second one: 'a' to 'i' stand for -4 to 4, the power of two by which the
// pair is more frequent in words than at random.
inline constexpr std::string_view kLetterPairs =
    "adfeabeaeaafefafaffhdcabda"
    "gabbgaacfdagcbfbaefbfaaafa"
    "faeagaafeaeeaagaagdfeaaada"
    "gccehcdagabcdbfdadfbebbaba"
    "ebffcddabaaeegbdcggfadcdca"
    "eaaafeaahaaeaagaaedhdaaada"
    "eabahaddfaacbeebahfafaaaba"
    "hccbhaaagaacdbgcaecedacada"
    "dcgeedeaaaafeggeadffadaaac"
    "dabahaaadaaaaagaaaiaeacaaa"
    "fccchedbfacdbccbaagcfaaaba"
    "gbcdhbaahabfbagbaaeeeaaada"
    "geabhaaahaaceaffaaeadaaaaa"
    "fbfffefaeadccdebabggcdaaba"
    "ddeeafdadcdeehddagfefddaba"
    "facegabgeaagbbgfageeeaaaaa"
    "baababaacaaeabcaadcciaaaaa"
    "gaeehbdafadbdcgbacffddaaea"
    "eaebgcaefacbbbgdaafheacaca"
    "gadahbaehaabbafbaffddacaea"
    "deedfacadaaffgbgaggfaaaaaa"
    "gabahaaahaabcbfcaaaaaaaaaa"
    "gabbgaadgaacbfhaadgcaaaaaa"
    "dafagbabeaabebchacchbbaaca"
    "dddbfbcadaaegfdhaegebacabd"
    "haachaaaecaaaagaaaaaeaaacc";
static_assert(kLetterPairs.size() == 26 * 26);

// Both are letters, in either case.
constexpr int likelihood_in_words(char first, char second) noexcept {
  const auto index = [](char letter) { return static_cast<std::size_t>(to_lower(letter) - 'a'); };
  return kLetterPairs[index(first) * 26 + index(second)] - 'e';
}

}  // namespace wayside::routes
