// A chunked body: the cursor comes to the same result however the bytes arrive, and where it accepts a body,
// a decoder that knows no rules but the framing itself finds the same data and the same end.
#include "wayside/http/body_cursor.hpp"

#include "fuzz/check.hpp"
#include "fuzz/splitter.hpp"

#include <optional>
#include <string>

namespace wayside::fuzz {
namespace {

using http::BodyCursor;
using http::Violation;

struct Decoded {
  std::string data{};
  std::string trailers{};
  std::size_t consumed = 0;
  bool is_done = false;
  std::optional<Violation> violation{};

  friend bool operator==(const Decoded&, const Decoded&) = default;
};

template <class NextSize>
Decoded decode(std::string input, NextSize next_size) {
  BodyCursor cursor({http::Framing::Kind::kChunked, 0});
  Decoded decoded;
  while (!cursor.done() && decoded.consumed != input.size()) {
    const std::size_t rest = input.size() - decoded.consumed;
    const auto step = cursor.advance(std::span(input).subspan(decoded.consumed, next_size(rest)));
    // How much of the data came before a violation depends on the pieces; nobody may ask.
    if (!step) return {{}, {}, 0, false, step.error()};
    decoded.data.append(step->data.begin(), step->data.end());
    decoded.trailers.append(step->trailers.begin(), step->trailers.end());
    decoded.consumed += step->consumed;
  }
  decoded.is_done = cursor.done();
  return decoded;
}

// RFC 9112 section 7.1.3, for a body that is known to be well-formed.
Decoded decode_naively(std::string_view input) {
  Decoded decoded;
  const auto line = [&] {
    const std::size_t begin = decoded.consumed;
    decoded.consumed = input.find("\r\n", begin) + 2;
    return std::string(input.substr(begin, decoded.consumed - 2 - begin));
  };
  while (const std::size_t size = std::stoull(line(), nullptr, 16)) {
    decoded.data += input.substr(decoded.consumed, size);
    decoded.consumed += size + 2;
  }
  for (std::string field = line(); !field.empty(); field = line())
    decoded.trailers += field + "\r\n";
  decoded.is_done = true;
  return decoded;
}

}  // namespace
}  // namespace wayside::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wayside::fuzz;
  const std::string input(as_text(data, size));
  Splitter splitter(input);
  const Decoded whole = decode(input, [](std::size_t rest) { return rest; });
  const Decoded bytewise = decode(input, [](std::size_t) { return std::size_t{1}; });
  const Decoded in_pieces = decode(input, [&](std::size_t rest) { return splitter.next(rest); });
  require(whole == bytewise && whole == in_pieces, "a body does not depend on the pieces it comes in");
  if (whole.is_done)
    require(whole == decode_naively(input), "a body that is accepted is what its framing says");
  return 0;
}
