#include "config/mistake.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace wayside::config {
namespace {

// Optimal string alignment distance, three rows at a time.
std::size_t edits_between(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j)
    row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool is_swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (is_swap) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

std::string_view nearest(std::string_view word, std::span<const std::string_view> known) {
  std::string_view best;
  // A typing mistake changes at most a third of the letters; long texts are not compared.
  std::size_t fewest = std::max<std::size_t>(word.size() / 3, 1) + 1;
  constexpr std::size_t kLongestWord = 64;
  if (word.size() > kLongestWord) return best;
  for (const std::string_view candidate : known) {
    const std::size_t edits = edits_between(word, candidate);
    if (edits >= fewest) continue;
    fewest = edits;
    best = candidate;
  }
  return best;
}

std::string unknown_word(std::string_view kind, std::string_view word,
                         std::span<const std::string_view> known) {
  const std::string_view meant = nearest(word, known);
  if (meant.empty()) return expected(fmt::format("one of {}", fmt::join(known, ", ")), word).text;
  return expected(fmt::format("{} (did you mean {}?)", kind, meant), word).text;
}

}  // namespace wayside::config
