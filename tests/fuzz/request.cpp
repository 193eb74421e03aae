// A client's bytes: what wayside forwards of them means to the next reader exactly what it meant to wayside.
// Two readers that see different requests in the same bytes are what request smuggling is made of.
#include "fuzz/check.hpp"
#include "fuzz/forward.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wayside::fuzz;
  Forwarded first = forward_requests(as_text(data, size), kFirstHop);
  const Forwarded second = forward_requests(first.bytes, kSecondHop);
  for (Message& message : first.messages)
    leave_this_hop(message);
  require(!second.violation, "the backend has nothing to object to");
  require(second.messages == first.messages, "the backend sees the requests that wayside saw");
  return 0;
}
