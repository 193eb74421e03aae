// The language of the inputs of the fuzz target `session`: who does what, in order.
//
// A step is a control byte; the bytes up to the next control byte are what the peer in question sends. Bytes
// that stand before the first step are the client's. Protocol vectors thus stay readable, and a mutation of
// an input is another script.
#pragma once

#include <cstddef>
#include <string_view>

namespace wayside::fuzz {

enum class Action : char {
  kClientSends = '\x01',
  kBackendSends = '\x02',  // on the connection that was made last, if it is open
  kClientEndsSending = '\x03',
  kClientCloses = '\x04',
  kBackendEndsSending = '\x05',
  kBackendCloses = '\x06',
  kDrains = '\x07',     // the worker begins to drain
  kMeanwhile = '\x08',  // the next step comes before wayside has noticed the last one
};

struct Step {
  Action action = Action::kClientSends;
  std::string_view bytes;
};

// Cuts the next step off `script`, which is not empty.
inline Step take_step(std::string_view& script) {
  constexpr std::string_view kActions = "\x01\x02\x03\x04\x05\x06\x07\x08";
  Step step;
  if (kActions.find(script.front()) != kActions.npos) {
    step.action = static_cast<Action>(script.front());
    script.remove_prefix(1);
  }
  step.bytes = script.substr(0, script.find_first_of(kActions));
  script.remove_prefix(step.bytes.size());
  return step;
}

}  // namespace wayside::fuzz
