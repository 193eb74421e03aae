// Asio's types, with the executor of an io_context, which is the only executor in the process.
//
// The executor is named, never type-erased: a socket with any_io_executor takes 88 bytes in place of 40, and
// each of its operations costs a virtual call.
#pragma once

#include "wayside/base/clock.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>

namespace wayside::net {

using Executor = boost::asio::io_context::executor_type;

// Coroutines of the metrics listener. The data path uses Task (task.hpp).
//
// Asio 1.26 starts an operation after its coroutine has suspended, so an exception of the start, as from a
// lack of memory, does not reach the coroutine but leaves io_context::run(). So workers use Asio's operations
// with callbacks.
template <class T = void>
using Awaitable = boost::asio::awaitable<T, Executor>;

// A steady_timer with that executor, on the clock of the data path.
using Timer = boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, Executor>;

// One endpoint type for TCP and unix sockets, so that other modules need not tell them apart.
using StreamProtocol = boost::asio::generic::stream_protocol;

}  // namespace wayside::net
