#include "wayside/inspector/unmatched_paths.hpp"

#include "wayside/routes/unmatched.hpp"

#include <algorithm>
#include <functional>
#include <span>

namespace wayside::inspector {
namespace {

// Copies as much of `text` as fits, and returns its size.
std::uint8_t copy_text(std::string_view text, std::array<char, UnmatchedPath::kMaxText>& out) noexcept {
  text = text.substr(0, out.size());
  std::ranges::copy(text, out.begin());
  return static_cast<std::uint8_t>(text.size());
}

}  // namespace

UnmatchedPaths::Ticket UnmatchedPaths::saw(std::string_view target, Method method, TimePoint now) noexcept {
  std::array<char, UnmatchedPath::kMaxText> buffer;
  std::string_view suggestion = routes::suggest_template(target, buffer);
  const bool is_guessed = !suggestion.empty();
  if (!is_guessed) suggestion = target.substr(0, target.find('?')).substr(0, buffer.size());
  const std::size_t index = find_or_replace(suggestion, is_guessed, target.substr(0, target.find('?')), now);
  UnmatchedPath& entry = entries_[index];
  entry.count = ++counts_[index];
  entry.methods.insert(method);
  entry.last_seen = now;
  published_[index].write(entry);
  return {static_cast<std::uint32_t>(index), generations_[index]};
}

void UnmatchedPaths::answered(Ticket ticket, unsigned status) noexcept {
  if (ticket.entry >= kCapacity || generations_[ticket.entry] != ticket.generation) return;
  UnmatchedPath& entry = entries_[ticket.entry];
  const auto value = static_cast<std::uint16_t>(status);
  const auto place =
      std::ranges::find_if(entry.statuses, [value](std::uint16_t s) { return s == 0 || s == value; });
  if (place == entry.statuses.end() || *place == value) return;
  *place = value;
  published_[ticket.entry].write(entry);
}

std::vector<UnmatchedPath> UnmatchedPaths::read() const {
  std::vector<UnmatchedPath> entries;
  for (const auto& published : published_) {
    if (const auto entry = published.read()) entries.push_back(*entry);
  }
  return entries;
}

std::size_t UnmatchedPaths::find_or_replace(std::string_view suggestion, bool is_guessed,
                                            std::string_view target, TimePoint now) noexcept {
  const std::uint64_t hash = std::hash<std::string_view>{}(suggestion);
  for (std::size_t i = 0; i < kCapacity; ++i) {
    if (hashes_[i] != hash || counts_[i] == 0) continue;
    if (entries_[i].is_guessed == is_guessed && entries_[i].suggestion() == suggestion) return i;
  }
  // A free entry has the count 0, so it is taken first.
  const auto least = static_cast<std::size_t>(std::ranges::min_element(counts_) - counts_.begin());
  ++generations_[least];
  hashes_[least] = hash;
  UnmatchedPath& entry = entries_[least];
  entry = {};
  entry.error = counts_[least];
  entry.first_seen = now;
  entry.is_guessed = is_guessed;
  entry.template_size = copy_text(suggestion, entry.template_text);
  entry.path_size = copy_text(target, entry.path_text);
  return least;
}

}  // namespace wayside::inspector
