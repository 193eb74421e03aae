// The socket types of wayside: concrete executors everywhere.
//
// The polymorphic any_io_executor makes a socket larger and each operation indirect; every socket of wayside
// runs on a plain io_context. One stream type serves TCP and unix sockets alike, so nothing above this module
// cares which of them a backend is.
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>

namespace wayside::net {

using IoContext = boost::asio::io_context;
using Executor = IoContext::executor_type;
using StreamProtocol = boost::asio::generic::stream_protocol;
using StreamSocket = boost::asio::basic_stream_socket<StreamProtocol, Executor>;

}  // namespace wayside::net
