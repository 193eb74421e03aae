#include "routes/automaton.hpp"

#include "routes/percent.hpp"
#include "routes/subset_construction.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace wayside::routes {
namespace {

// All octets, those first that read best in an example.
std::array<unsigned char, 256> octets_by_looks() {
  std::array<unsigned char, 256> order{};
  std::size_t count = 0;
  const OctetSet good = octets_between('a', 'z') | octets_between('0', '9');
  for (const bool wanted : {true, false}) {
    for (unsigned c = 0; c < order.size(); ++c) {
      if (good.test(c) == wanted) order[count++] = static_cast<unsigned char>(c);
    }
  }
  return order;
}

}  // namespace

// Moore's refinement, and then the canonical numbers.
class Automaton::Minimizer {
 public:
  explicit Minimizer(const RawAutomaton& raw)
      : raw_(raw), block_of_(raw.accepting.begin(), raw.accepting.end()) {
    for (std::size_t count = 0, next = split(); next != count; next = split())
      count = next;
  }

  Automaton result() {
    number_classes();
    number_states();
    Automaton automaton;
    automaton.class_of_ = class_of_;
    automaton.class_count_ = columns_.size();
    automaton.accepting_.resize(order_.size());
    for (std::size_t state = 0; state < order_.size(); ++state) {
      const std::size_t raw_state = order_[state];
      automaton.accepting_[state] = raw_.accepting[raw_state] ? 1 : 0;
      for (const std::size_t column : columns_) {
        automaton.transitions_.push_back(number_of_.at(block_of_[raw_.targets[raw_state][column]]));
      }
    }
    return automaton;
  }

 private:
  // States stay in one block while no octet leads them into different ones. Returns the number of blocks.
  std::size_t split() {
    std::map<std::vector<std::size_t>, std::size_t> blocks;
    std::vector<std::size_t> refined;
    for (std::size_t state = 0; state < block_of_.size(); ++state) {
      std::vector<std::size_t> signature{block_of_[state]};
      for (const std::size_t target : raw_.targets[state])
        signature.push_back(block_of_[target]);
      refined.push_back(blocks.try_emplace(std::move(signature), blocks.size()).first->second);
    }
    block_of_ = std::move(refined);
    return blocks.size();
  }

  // Classes of octets that no block tells apart become one.
  void number_classes() {
    std::map<std::vector<std::size_t>, std::size_t> known;
    for (std::size_t octet = 0; octet < class_of_.size(); ++octet) {
      const std::size_t column = raw_.class_of[octet];
      std::vector<std::size_t> signature;
      for (const auto& targets : raw_.targets)
        signature.push_back(block_of_[targets[column]]);
      const auto [found, is_new] = known.try_emplace(std::move(signature), columns_.size());
      if (is_new) columns_.push_back(column);
      class_of_[octet] = static_cast<std::uint8_t>(found->second);
    }
  }

  // Dead, first, and then as they are reached, breadth first.
  void number_states() {
    order_ = {RawAutomaton::kDead, RawAutomaton::kStart};
    number_of_.emplace(block_of_[RawAutomaton::kDead], kDead);
    number_of_.emplace(block_of_[RawAutomaton::kStart], kStart);  // does nothing where nothing is accepted
    for (std::size_t i = 0; i < order_.size(); ++i) {
      for (const std::size_t column : columns_) {
        const std::size_t target = raw_.targets[order_[i]][column];
        const auto number = static_cast<State>(order_.size());
        if (number_of_.try_emplace(block_of_[target], number).second) order_.push_back(target);
      }
    }
  }

  const RawAutomaton& raw_;
  std::vector<std::size_t> block_of_;         // by raw state
  std::array<std::uint8_t, 256> class_of_{};  // canonical
  std::vector<std::size_t> columns_;          // a raw class of each canonical one
  std::vector<std::size_t> order_;            // a raw state of each canonical one
  std::map<std::size_t, State> number_of_;    // by block
};

std::optional<Automaton> Automaton::from(const Expression& expression, bool ignores_case) {
  const auto raw = construct(expression, ignores_case, kMaxStates);
  if (!raw) return std::nullopt;
  return Minimizer(*raw).result();
}

unsigned char Automaton::decode(std::string_view segment, std::size_t& i) noexcept {
  if (i + 2 >= segment.size()) return '%';
  const int value = octet_of_hex(segment[i + 1], segment[i + 2]);
  if (value < 0) return '%';
  i += 2;
  return static_cast<unsigned char>(value);
}

bool Automaton::accepts_anything() const {
  constexpr State kAccepting = 2;
  return class_count_ == 1 && transitions_ == std::vector<State>{kDead, kAccepting, kAccepting};
}

bool Automaton::accepts_nothing() const {
  return std::ranges::none_of(accepting_, [](std::uint8_t accepting) { return accepting != 0; });
}

bool Automaton::includes(const Automaton& other) const {
  std::vector<std::pair<State, State>> open{{kStart, kStart}};
  std::set<std::pair<State, State>> seen{{kStart, kStart}};
  while (!open.empty()) {
    const auto [own, theirs] = open.back();
    open.pop_back();
    if (other.is_accepting(theirs) && !is_accepting(own)) return false;
    for (unsigned c = 0; c < class_of_.size(); ++c) {
      const auto octet = static_cast<unsigned char>(c);
      const std::pair target(next(own, octet), other.next(theirs, octet));
      if (target.second != kDead && seen.insert(target).second) open.push_back(target);
    }
  }
  return true;
}

std::optional<std::string> Automaton::common_text(const Automaton& other) const {
  struct Reached {
    State own;
    State theirs;
    std::string text;
  };
  const auto octets = octets_by_looks();
  std::vector<Reached> reached{{kStart, kStart, {}}};
  std::set<std::pair<State, State>> seen{{kStart, kStart}};
  for (std::size_t i = 0; i < reached.size(); ++i) {  // breadth first: the first that is found is a shortest
    if (is_accepting(reached[i].own) && other.is_accepting(reached[i].theirs)) {
      return percent_encoded(reached[i].text);
    }
    for (const unsigned char octet : octets) {
      const State own = next(reached[i].own, octet);
      const State theirs = other.next(reached[i].theirs, octet);
      if (own == kDead || theirs == kDead || !seen.emplace(own, theirs).second) continue;
      reached.push_back({own, theirs, reached[i].text + static_cast<char>(octet)});
    }
  }
  return std::nullopt;
}

std::vector<std::string> Automaton::shortest_texts(std::size_t limit) const {
  const auto octets = octets_by_looks();
  // ends_in[n] tells the states from which n octets lead to acceptance.
  std::vector<std::vector<std::uint8_t>> ends_in{accepting_};
  std::vector<std::string> texts;
  std::string text;
  // Depth first through the texts of one length; nothing is entered that cannot end in time.
  const auto extend = [&](const auto& self, State state, std::size_t left) -> void {
    if (left == 0) {
      texts.push_back(text);
      return;
    }
    for (const unsigned char octet : octets) {
      const State target = next(state, octet);
      if (texts.size() == limit) return;
      if (ends_in[left - 1][target] == 0) continue;
      text.push_back(static_cast<char>(octet));
      self(self, target, left - 1);
      text.pop_back();
    }
  };
  // A language without a text of a length between n and 2n, n being the number of states, has none longer.
  for (std::size_t length = 1; length <= 2 * accepting_.size() && texts.size() < limit; ++length) {
    std::vector<std::uint8_t> ends(accepting_.size());
    for (std::size_t state = 0; state < ends.size(); ++state) {
      for (std::size_t c = 0; c < class_count_ && ends[state] == 0; ++c)
        ends[state] = ends_in.back()[transitions_[state * class_count_ + c]];
    }
    ends_in.push_back(std::move(ends));
    if (ends_in[length][kStart] != 0) extend(extend, kStart, length);
  }
  return texts;
}

}  // namespace wayside::routes
