// A whole session, from the client's first byte to the end, against peers that do anything at any time: it
// neither crashes nor spins nor hangs nor leaks, and each exchange is counted once. Whatever the peers send,
// the backend is sent requests and the client responses. script.hpp tells what an input looks like.
#include "fuzz/check.hpp"
#include "fuzz/script.hpp"
#include "fuzz/stage.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wayside::fuzz;
  std::string_view script = as_text(data, size);
  Stage stage;
  stage.settle();
  while (!script.empty()) {
    stage.play(take_step(script));
    if (!script.starts_with(static_cast<char>(Action::kMeanwhile))) stage.settle();
  }
  stage.end();
  return 0;
}
