#include "wayside/metrics/naming.hpp"

#include "wayside/base/quote.hpp"
#include "wayside/metrics/families.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace wayside::metrics {
namespace {

using Names = std::map<std::string, std::string, std::less<>>;

std::string renamed(const Names& renames, std::string_view name) {
  const auto found = renames.find(name);
  return std::string(found == renames.end() ? name : found->second);
}

bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// The names that can be renamed.
struct KnownNames {
  struct Family {
    std::string_view name;
    FamilyType type;
  };
  std::vector<Family> families;
  std::vector<std::vector<std::string_view>> label_groups;  // labels that must differ from each other
};

KnownNames known_names(std::span<const Naming> namings, std::span<const std::string> extra_labels) {
  KnownNames known;
  const auto add_family = [&known](std::string_view name, FamilyType type) {
    if (!name.empty() && !name.starts_with(kProcessPrefix)) known.families.push_back({name, type});
  };
  for (const Naming naming : namings) {
    for (const Family& family : kFamilies)
      add_family(family.in(naming).name, family.type);
    const ExchangeLabels labels = exchange_labels(naming);
    auto& group = known.label_groups.emplace_back(
        std::initializer_list<std::string_view>{labels.endpoint, labels.method, labels.status});
    for (const std::string_view label : {labels.error, labels.scheme, labels.version}) {
      if (!label.empty()) group.push_back(label);
    }
    group.insert(group.end(), extra_labels.begin(), extra_labels.end());
  }
  std::vector<std::string_view> own_labels = {kEndpointLabel, kKindLabel};
  for (const Family& family : kFamilies) {
    add_family(family.own.name, family.type);
    const std::string_view label = family.label.name;
    if (!label.empty() && std::ranges::find(own_labels, label) == own_labels.end())
      own_labels.push_back(label);
  }
  known.label_groups.push_back(std::move(own_labels));
  return known;
}

void check_new_name(std::string_view name, std::vector<std::string>& mistakes) {
  if (!is_valid_name(name)) {
    mistakes.push_back("expected a name of letters, digits and underscores, found " + in_quotes(name));
  }
}

// The names of a family of that name and type, and of its samples, in either format.
std::vector<std::string> names_in_either_format(const std::string& name, FamilyType type) {
  constexpr std::string_view kTotal = "_total";
  constexpr std::string_view kInfoSuffix = "_info";
  switch (type) {
    case FamilyType::kCounter: {
      const std::string base = name.ends_with(kTotal) ? name.substr(0, name.size() - kTotal.size()) : name;
      return {base, base + "_total", base + "_created"};
    }
    case FamilyType::kHistogram:
      return {name, name + "_bucket", name + "_count", name + "_sum", name + "_created"};
    case FamilyType::kInfo:
      return {name, name.substr(0, name.size() - kInfoSuffix.size())};
    case FamilyType::kGauge:
      break;
  }
  return {name};
}

void check_new_family(const KnownNames::Family& family, const std::string& name,
                      std::vector<std::string>& mistakes) {
  check_new_name(name, mistakes);
  if (name.starts_with(kProcessPrefix)) {
    mistakes.push_back("expected a name without process_, which the process metrics have, found " +
                       in_quotes(name));
  }
  if (family.type == FamilyType::kInfo && !name.ends_with("_info")) {
    mistakes.push_back("expected a name that ends in _info, as OpenMetrics wants it, found " +
                       in_quotes(name));
  }
  if (family.type != FamilyType::kCounter && name.ends_with("_total")) {
    mistakes.push_back(fmt::format("expected a name without _total, as {} is no counter, found {}",
                                   family.name, in_quotes(name)));
  }
}

void check_families(std::span<const KnownNames::Family> families, const Renaming& renaming,
                    std::vector<std::string>& mistakes) {
  std::map<std::string, std::string_view> seen;
  for (const KnownNames::Family& family : families) {
    const std::string new_name = renamed(renaming.families, family.name);
    if (new_name != family.name) check_new_family(family, new_name, mistakes);
    for (const std::string& name : names_in_either_format(new_name, family.type)) {
      const auto [first, is_new] = seen.emplace(name, family.name);
      if (is_new) continue;
      mistakes.push_back(fmt::format("expected names that differ, found {} for both {} and {}",
                                     in_quotes(name), first->second, family.name));
      break;
    }
  }
}

void check_labels(std::span<const std::string_view> group, const Names& renames,
                  std::vector<std::string>& mistakes) {
  std::map<std::string, std::string_view> seen;
  for (const std::string_view old_name : group) {
    const std::string new_name = renamed(renames, old_name);
    const auto [first, is_new] = seen.emplace(new_name, old_name);
    if (!is_new && first->second == old_name) {
      mistakes.push_back("expected another name for a label from a field, found " + in_quotes(old_name));
    } else if (!is_new) {
      mistakes.push_back(fmt::format("expected names that differ, found {} for both {} and {}",
                                     in_quotes(new_name), first->second, old_name));
    }
  }
}

}  // namespace

std::string renamed_family(std::string_view family, const Renaming& renaming) {
  return renamed(renaming.families, family);
}

std::string renamed_label(std::string_view label, const Renaming& renaming) {
  return renamed(renaming.labels, label);
}

bool is_valid_name(std::string_view name) noexcept {
  return !name.empty() && is_letter(name.front()) && !name.starts_with("__") &&
         std::ranges::all_of(name, [](char c) { return is_letter(c) || is_digit(c); });
}

std::vector<std::string> mistakes_of(const Renaming& renaming, std::span<const Naming> namings,
                                     std::span<const std::string> extra_labels) {
  const KnownNames known = known_names(namings, extra_labels);
  std::vector<std::string> mistakes;
  for (const auto& [old_name, new_name] : renaming.families) {
    if (std::ranges::find(known.families, old_name, &KnownNames::Family::name) == known.families.end()) {
      mistakes.push_back("expected the name of a family, found " + in_quotes(old_name));
    }
  }
  for (const auto& [old_name, new_name] : renaming.labels) {
    const bool is_known = std::ranges::any_of(known.label_groups, [&name = old_name](const auto& group) {
      return std::ranges::find(group, name) != group.end();
    });
    if (!is_known) mistakes.push_back("expected the name of a label, found " + in_quotes(old_name));
    check_new_name(new_name, mistakes);
    if (new_name == "le") mistakes.emplace_back("expected a name that histograms do not need, found \"le\"");
  }
  check_families(known.families, renaming, mistakes);
  for (const auto& group : known.label_groups)
    check_labels(group, renaming.labels, mistakes);
  return mistakes;
}

}  // namespace wayside::metrics
