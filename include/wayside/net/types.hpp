// The types of Asio that the process is built on, with the one executor there is: that of an io_context.
//
// The executor is named, never type-erased: a socket of any_io_executor costs 88 bytes in place of 40, and
// each of its operations a virtual call.
#pragma once

#include "wayside/base/clock.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>

namespace wayside::net {

using Executor = boost::asio::io_context::executor_type;

// Coroutines of the metrics listener. The data path has its own (task.hpp).
//
// Asio 1.26 starts an operation after its coroutine has suspended: what that throws, as where memory runs
// out, does not reach the coroutine but leaves io_context::run(). So a worker uses callbacks where it uses
// Asio's operations.
template <class T = void>
using Awaitable = boost::asio::awaitable<T, Executor>;

// A steady_timer of that executor, on the clock of the data path.
using Timer = boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, Executor>;

// One kind of endpoint for TCP and unix sockets alike, so nothing above this module cares which of them a
// backend is.
using StreamProtocol = boost::asio::generic::stream_protocol;

}  // namespace wayside::net
