// One kind of endpoint for TCP and unix sockets alike, so nothing above this module cares which of them a
// backend is.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>

namespace wayside::net {

using StreamProtocol = boost::asio::generic::stream_protocol;

}  // namespace wayside::net
