#include "routes/constraint/inclusion_order.hpp"

#include "wayside/base/percent.hpp"

#include "routes/constraint/required_texts.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <string_view>
#include <utility>

namespace wayside::routes {

// Finds the constraints of one place that may include another one.
class InclusionOrder::Index {
 public:
  // `facts` by constraint; they outlive the object.
  explicit Index(const std::vector<const Facts*>& facts) {
    std::map<std::string_view, std::size_t> uses;
    for (const Facts* const each : facts) {
      for (const std::string& text : each->required)
        ++uses[text];
    }
    for (std::size_t i = 0; i < facts.size(); ++i)
      entries_.emplace_back(rarest(facts[i]->required, uses), i);
    std::ranges::sort(entries_);
  }

  // Those whose rarest text is in `example`, each once; the texts that they require beside it may be missing.
  std::vector<std::size_t> requiring_parts_of(std::string_view example) const {
    std::vector<std::size_t> found;
    for (std::size_t begin = 0; begin <= example.size(); ++begin)
      add_prefixes_of(example.substr(begin), found);
    std::ranges::sort(found);
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
  }

 private:
  using Entry = std::pair<std::string_view, std::size_t>;  // a text, and the constraint that requires it

  // Empty where nothing is required. Of equally rare texts the longest.
  static std::string_view rarest(const std::vector<std::string>& texts,
                                 const std::map<std::string_view, std::size_t>& uses) {
    std::string_view best;
    std::size_t fewest = 0;
    for (const std::string& text : texts) {
      const std::size_t count = uses.at(text);
      const bool is_better = best.empty() || count < fewest || (count == fewest && text.size() > best.size());
      if (!is_better) continue;
      best = text;
      fewest = count;
    }
    return best;
  }

  // Narrows the entries byte by byte. Those whose text has been read come first in what is left.
  void add_prefixes_of(std::string_view text, std::vector<std::size_t>& found) const {
    auto begin = entries_.begin();
    auto end = entries_.end();
    for (std::size_t size = 0; begin != end; ++size) {
      for (; begin != end && begin->first.size() == size; ++begin)
        found.push_back(begin->second);
      if (size == text.size()) return;
      const auto byte_of = [size](const Entry& entry) {
        return static_cast<unsigned char>(entry.first[size]);
      };
      const auto wanted = static_cast<unsigned char>(text[size]);
      begin = std::partition_point(begin, end, [&](const Entry& entry) { return byte_of(entry) < wanted; });
      end = std::partition_point(begin, end, [&](const Entry& entry) { return byte_of(entry) == wanted; });
    }
  }

  std::vector<Entry> entries_;  // sorted
};

std::vector<std::size_t> InclusionOrder::order(std::span<const Ranked> constraints) {
  std::vector<std::size_t> sorted(constraints.size());
  std::iota(sorted.begin(), sorted.end(), std::size_t{0});
  if (sorted.size() < 2) return sorted;
  std::ranges::sort(sorted, [&](std::size_t a, std::size_t b) {
    const Ranked& left = constraints[a];
    const Ranked& right = constraints[b];
    if (left.literal_bytes != right.literal_bytes) return left.literal_bytes > right.literal_bytes;
    return automata_[left.automaton] < automata_[right.automaton];
  });

  facts_.resize(automata_.size());  // before facts are pointed at
  std::vector<const Facts*> facts;
  facts.reserve(sorted.size());
  for (const std::size_t constraint : sorted)
    facts.push_back(&facts_of(constraints[constraint].automaton));
  const Index index(facts);
  std::vector<std::vector<std::size_t>> larger_than(sorted.size());
  std::vector<std::size_t> smaller_left(sorted.size());  // not yet in `ordered`
  for (std::size_t smaller = 0; smaller < sorted.size(); ++smaller) {
    for (const std::size_t larger : index.requiring_parts_of(facts[smaller]->example)) {
      if (!is_included(constraints[sorted[smaller]], constraints[sorted[larger]])) continue;
      larger_than[smaller].push_back(larger);
      ++smaller_left[larger];
    }
  }

  std::set<std::size_t> next;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (smaller_left[i] == 0) next.insert(i);
  }
  std::vector<std::size_t> ordered;
  while (!next.empty()) {
    const std::size_t first = *next.begin();
    next.erase(next.begin());
    ordered.push_back(sorted[first]);
    for (const std::size_t larger : larger_than[first]) {
      if (--smaller_left[larger] == 0) next.insert(larger);
    }
  }
  return ordered;
}

const InclusionOrder::Facts& InclusionOrder::facts_of(std::uint32_t automaton) {
  std::optional<Facts>& facts = facts_[automaton];
  if (!facts) {
    std::string example = automata_[automaton].shortest_texts(1).front();
    std::string encoded = percent_encoded(example);
    facts = Facts{std::move(example), std::move(encoded), required_texts(automata_[automaton])};
  }
  return *facts;
}

// An example rules most pairs out without comparing automata.
bool InclusionOrder::is_included(const Ranked& smaller, const Ranked& larger) const {
  return smaller.automaton != larger.automaton &&
         automata_[larger.automaton].accepts(facts_[smaller.automaton]->encoded) &&
         automata_[larger.automaton].includes(automata_[smaller.automaton]);
}

}  // namespace wayside::routes
