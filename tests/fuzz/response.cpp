// A backend's bytes, as the answer to each kind of request: what wayside forwards of them means to the client
// what it meant to wayside, and a body that was cut off never looks whole.
#include "fuzz/check.hpp"
#include "fuzz/forward.hpp"

namespace wayside::fuzz {
namespace {

void check_responses_to(Requester requester, std::string_view input) {
  Forwarded first = forward_responses(input, requester, kFirstHop);
  const Forwarded second = forward_responses(first.bytes, requester, kSecondHop);
  for (Message& message : first.messages) {
    leave_this_hop(message);
    // A body whose end was not announced by its length is framed anew.
    using Kind = http::Framing::Kind;
    Kind& kind = message.framing.kind;
    if (kind == Kind::kUntilClose || kind == Kind::kChunked) {
      kind = requester.is_http10 ? Kind::kUntilClose : Kind::kChunked;
    }
    // Only the way in which the connection ends tells an HTTP/1.0 client: an exchange resets it
    // (Stream::abort).
    if (kind == Kind::kUntilClose) message.is_complete = true;
    // Only a chunked body has room for trailers.
    if (kind != Kind::kChunked) message.trailers.clear();
  }
  require(!second.violation, "the client has nothing to object to");
  require(second.messages == first.messages, "the client sees the responses that wayside saw");
}

}  // namespace
}  // namespace wayside::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wayside::fuzz;
  for (const wayside::Method method : {wayside::Method::get, wayside::Method::head}) {
    for (const bool is_http10 : {false, true})
      check_responses_to({method, is_http10}, as_text(data, size));
  }
  return 0;
}
