// The text of a response that wayside makes itself, in place of the backend's.
#pragma once

#include "wayside/http/head.hpp"
#include "wayside/net/buffer.hpp"
#include "wayside/proxy/outcome.hpp"

#include "proxy/context.hpp"
#include "proxy/request_plan.hpp"

namespace wayside::proxy {

struct OwnAnswer {
  net::Buffer text;  // the whole of it
  unsigned status = 0;
  bool close = false;  // it is the last response on the client's connection
};

// Tells the client how its request ended.
OwnAnswer answer_end(Context& context, const End& end, const RequestPlan& request, bool close);

// Answers an OPTIONS or TRACE that asks this hop (RFC 9110 section 7.6.2); its head is `head`.
OwnAnswer answer_hop(Context& context, const http::RequestHead& head, const RequestPlan& request, bool close);

}  // namespace wayside::proxy
