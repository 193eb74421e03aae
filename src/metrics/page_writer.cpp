#include "metrics/page_writer.hpp"

#include <algorithm>
#include <array>

namespace wayside::metrics {
namespace {

constexpr std::string_view kInfo = "_info";

}  // namespace

std::string_view PageWriter::base_of(std::string_view name, FamilyType type) noexcept {
  const std::string_view suffix = type == FamilyType::kCounter ? kTotalSuffix : kInfo;
  const bool may_have_suffix = type == FamilyType::kCounter || type == FamilyType::kInfo;
  return may_have_suffix && name.ends_with(suffix) ? name.substr(0, name.size() - suffix.size()) : name;
}

bool PageWriter::is_wanted(std::string_view base, std::string_view name) const {
  if (wanted_.empty()) return true;
  return std::ranges::any_of(wanted_, [&](std::string_view wanted) {
    if (wanted == name) return true;
    if (!wanted.starts_with(base)) return false;
    const std::string_view suffix = wanted.substr(base.size());
    constexpr std::array<std::string_view, 6> kSuffixes = {"",        kTotalSuffix, kInfo,
                                                           "_bucket", "_count",     "_sum"};
    return std::ranges::find(kSuffixes, suffix) != kSuffixes.end();
  });
}

bool PageWriter::family(std::string_view name, FamilyType type, std::string_view help) {
  if (!is_wanted(base_of(name, type), name)) return false;
  open_family(name, type, help);
  return true;
}

}  // namespace wayside::metrics
