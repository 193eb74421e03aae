#include "config/places.hpp"

#include <fmt/format.h>

namespace wayside::config {

void Places::set_line(std::string_view key, const std::string& file, std::size_t line,
                      std::string_view path) {
  places_.insert_or_assign(std::string(key), Place{fmt::format("{}:{}: {}", file, line, path),
                                                   fmt::format("{} (line {})", path, line)});
}

void Places::set_source(std::string_view key, std::string_view source) {
  std::erase_if(places_, [key](const auto& entry) {
    const std::string_view part = entry.first;
    return part.starts_with(key) &&
           (part.size() == key.size() || part[key.size()] == '[' || part[key.size()] == '.');
  });
  places_.emplace(key, Place{std::string(source), std::string(source)});
}

std::string Places::of(std::string_view key) const {
  const Place* const place = find(key);
  return place != nullptr ? place->start : std::string(key);
}

std::string Places::mention(std::string_view key) const {
  const Place* const place = find(key);
  return place != nullptr ? place->mention : std::string(key);
}

const Places::Place* Places::find(std::string_view key) const noexcept {
  for (;;) {
    if (const auto found = places_.find(key); found != places_.end()) return &found->second;
    const std::size_t end = key.find_last_of(".[");
    if (end == key.npos) return nullptr;
    key = key.substr(0, end);
  }
}

}  // namespace wayside::config
