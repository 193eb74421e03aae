#include "routes/constraint/automaton.hpp"

#include "wayside/base/percent.hpp"
#include "wayside/base/text.hpp"

#include "routes/constraint/subset_construction.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace wayside::routes {
namespace {

// All bytes; lower-case letters and digits, which read best in an example, come first.
constexpr std::array<unsigned char, 256> kBytesByLooks = [] {
  std::array<unsigned char, 256> order{};
  std::size_t count = 0;
  for (const bool wanted : {true, false}) {
    for (unsigned c = 0; c < order.size(); ++c) {
      const bool reads_well = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
      if (reads_well == wanted) order[count++] = static_cast<unsigned char>(c);
    }
  }
  return order;
}();

// Hopcroft's refinement ("An n log n algorithm for minimizing states in a finite automaton", 1971): each
// state is looked at a logarithmic number of times, where Moore's looks at all of them once for each step of
// the longest text.
class Refinement {
 public:
  explicit Refinement(const RawAutomaton& raw) : raw_(raw), state_count_(raw.targets.size()) {
    find_sources();
    split_by_acceptance();
    while (!splitters_.empty()) {
      const std::size_t block = splitters_.back();
      splitters_.pop_back();
      // A copy: the splitter may be split itself.
      const Block& splitter = blocks_[block];
      const std::vector<std::size_t> states(states_.begin() + static_cast<std::ptrdiff_t>(splitter.begin),
                                            states_.begin() + static_cast<std::ptrdiff_t>(splitter.end));
      for (std::size_t column = 0; column < raw_.class_count; ++column)
        split_by(states, column);
    }
  }

  std::vector<std::size_t> take_blocks() && { return std::move(block_of_); }

 private:
  // The states from `begin` to `end` in states_. The first `marked` of them lead into the splitter.
  struct Block {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t marked = 0;
  };

  void find_sources() {
    sources_.resize(raw_.class_count * state_count_);
    for (std::size_t state = 0; state < state_count_; ++state) {
      for (std::size_t column = 0; column < raw_.class_count; ++column)
        sources_[column * state_count_ + raw_.targets[state][column]].push_back(
            static_cast<std::uint32_t>(state));
    }
  }

  void split_by_acceptance() {
    for (const bool accepting : {false, true}) {
      Block block;
      block.begin = states_.size();
      for (std::size_t state = 0; state < state_count_; ++state) {
        if (raw_.accepting[state] == accepting) states_.push_back(state);
      }
      block.end = states_.size();
      if (block.begin == block.end) continue;
      blocks_.push_back(block);
      splitters_.push_back(blocks_.size() - 1);
    }
    place_of_.resize(state_count_);
    block_of_.resize(state_count_);
    for (std::size_t block = 0; block < blocks_.size(); ++block) {
      for (std::size_t place = blocks_[block].begin; place < blocks_[block].end; ++place) {
        place_of_[states_[place]] = place;
        block_of_[states_[place]] = block;
      }
    }
  }

  void split_by(const std::vector<std::size_t>& states, std::size_t column) {
    std::vector<std::size_t> touched;
    for (const std::size_t target : states) {
      for (const std::uint32_t source : sources_[column * state_count_ + target]) {
        Block& block = blocks_[block_of_[source]];
        if (block.marked == 0) touched.push_back(block_of_[source]);
        const std::size_t place = block.begin + block.marked++;
        const std::size_t other = states_[place];
        std::swap(states_[place], states_[place_of_[source]]);
        std::swap(place_of_[other], place_of_[source]);
      }
    }
    for (const std::size_t block : touched)
      split(block);
  }

  // The smaller part becomes a new block, and a splitter: the larger part stays one
  // only where the whole was one (Hopcroft).
  void split(std::size_t number) {
    Block& block = blocks_[number];
    const std::size_t middle = block.begin + std::exchange(block.marked, 0);
    if (middle == block.end) return;
    Block part = block;
    if (middle - block.begin <= block.end - middle) {
      part.end = block.begin = middle;
    } else {
      part.begin = block.end = middle;
    }
    for (std::size_t place = part.begin; place < part.end; ++place)
      block_of_[states_[place]] = blocks_.size();
    splitters_.push_back(blocks_.size());
    blocks_.push_back(part);
  }

  const RawAutomaton& raw_;
  const std::size_t state_count_;
  std::vector<std::vector<std::uint32_t>> sources_;  // by class, then by target
  std::vector<std::size_t> states_;                  // block by block
  std::vector<std::size_t> place_of_;                // in states_
  std::vector<std::size_t> block_of_;                // by state
  std::vector<Block> blocks_;
  std::vector<std::size_t> splitters_;
};

}  // namespace

// The minimal automaton in its canonical numbers.
class Automaton::Minimizer {
 public:
  explicit Minimizer(const RawAutomaton& raw) : raw_(raw), block_of_(Refinement(raw).take_blocks()) {}

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
  // Merges classes of bytes that no block tells apart.
  void number_classes() {
    std::map<std::vector<std::size_t>, std::size_t> known;
    std::vector<std::optional<std::size_t>> number_of(raw_.class_count);  // by raw class
    for (std::size_t byte = 0; byte < class_of_.size(); ++byte) {
      const std::size_t column = raw_.class_of[byte];
      if (!number_of[column]) {
        std::vector<std::size_t> signature;
        for (const auto& targets : raw_.targets)
          signature.push_back(block_of_[targets[column]]);
        const auto [found, is_new] = known.try_emplace(std::move(signature), columns_.size());
        if (is_new) columns_.push_back(column);
        number_of[column] = found->second;
      }
      class_of_[byte] = static_cast<std::uint8_t>(*number_of[column]);
    }
  }

  // kDead, kStart, and then the others breadth first, as they are reached.
  void number_states() {
    order_ = {RawAutomaton::kDead, RawAutomaton::kStart};
    number_of_.emplace(block_of_[RawAutomaton::kDead], kDead);
    number_of_.emplace(block_of_[RawAutomaton::kStart], kStart);  // in vain where nothing is accepted
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
  const int byte = percent_decoded_byte(segment, i);
  if (byte < 0) return '%';
  i += kPercentTriple - 1;
  return static_cast<unsigned char>(byte);
}

bool Automaton::accepts_rest(std::string_view rest, bool folds_case) const noexcept {
  State state = kStart;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    auto c = static_cast<unsigned char>(rest[i]);
    if (c == '%') {
      c = decode(rest, i);
      if (c == '/') c = kEncodedSlash;
    }
    if (folds_case) c = static_cast<unsigned char>(to_lower(static_cast<char>(c)));
    state = next(state, c);
    if (state == kDead) return false;
  }
  return is_accepting(state);
}

bool Automaton::accepts_anything() const {
  constexpr State kAccepting = 2;
  return class_count_ == 1 && transitions_ == std::vector<State>{kDead, kAccepting, kAccepting};
}

bool Automaton::accepts_nothing() const {
  return std::ranges::none_of(accepting_, [](std::uint8_t accepting) { return accepting != 0; });
}

std::vector<unsigned char> Automaton::distinct_bytes(const Automaton& other) const {
  std::vector<std::uint8_t> is_known(class_count_ * other.class_count_);
  std::vector<unsigned char> distinct;
  for (const unsigned char byte : kBytesByLooks) {
    std::uint8_t& known = is_known[class_of_[byte] * other.class_count_ + other.class_of_[byte]];
    if (known == 0) distinct.push_back(byte);
    known = 1;
  }
  return distinct;
}

bool Automaton::includes(const Automaton& other) const {
  const std::vector<unsigned char> bytes = distinct_bytes(other);
  std::vector<std::pair<State, State>> open{{kStart, kStart}};
  std::vector<bool> is_seen(state_count() * other.state_count());
  while (!open.empty()) {
    const auto [own, theirs] = open.back();
    open.pop_back();
    if (other.is_accepting(theirs) && !is_accepting(own)) return false;
    for (const unsigned char byte : bytes) {
      const std::pair target(next(own, byte), other.next(theirs, byte));
      if (target.second == kDead) continue;
      const std::size_t number = target.first * other.state_count() + target.second;
      if (!is_seen[number]) open.push_back(target);
      is_seen[number] = true;
    }
  }
  return true;
}

std::optional<std::string> Automaton::common_text(const Automaton& other) const {
  struct Reached {
    State own;
    State theirs;
    std::size_t from;  // in `reached`
    unsigned char byte;
  };
  const std::vector<unsigned char> bytes = distinct_bytes(other);
  std::vector<Reached> reached{{kStart, kStart, 0, 0}};
  std::vector<bool> is_seen(state_count() * other.state_count());
  for (std::size_t i = 0; i < reached.size(); ++i) {  // breadth first: the first that is found is a shortest
    if (is_accepting(reached[i].own) && other.is_accepting(reached[i].theirs)) {
      std::string text;
      for (std::size_t at = i; at != 0; at = reached[at].from)
        text += static_cast<char>(reached[at].byte);
      return percent_encoded(std::string(text.rbegin(), text.rend()));
    }
    for (const unsigned char byte : bytes) {
      const State own = next(reached[i].own, byte);
      const State theirs = other.next(reached[i].theirs, byte);
      const std::size_t number = own * other.state_count() + theirs;
      if (own == kDead || theirs == kDead || is_seen[number]) continue;
      is_seen[number] = true;
      reached.push_back({own, theirs, i, byte});
    }
  }
  return std::nullopt;
}

std::vector<std::string> Automaton::shortest_texts(std::size_t limit) const {
  // ends_in[n] tells the states from which n bytes lead to acceptance.
  std::vector<std::vector<std::uint8_t>> ends_in{accepting_};
  std::vector<std::string> texts;
  std::string text;
  // Depth first through the texts of one length; nothing is entered that cannot end in time.
  const auto extend = [&](const auto& self, State state, std::size_t left) -> void {
    if (left == 0) {
      texts.push_back(text);
      return;
    }
    for (const unsigned char byte : kBytesByLooks) {
      const State target = next(state, byte);
      if (texts.size() == limit) return;
      if (ends_in[left - 1][target] == 0) continue;
      text.push_back(static_cast<char>(byte));
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
