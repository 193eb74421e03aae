#include "wayside/admin/admin_server.hpp"

#include "wayside/base/clock.hpp"

#include "admin/connection.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <list>
#include <new>
#include <utility>

namespace wayside::admin {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;
using Socket = asio::basic_stream_socket<tcp, Executor>;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;

// Scrapers are few. The limit keeps whoever can reach this port from using up the descriptors that the proxy
// needs.
constexpr std::size_t kMaxConnections = 128;

// How long to wait after a failed accept, and so how often at most to complain about it.
constexpr std::chrono::seconds kAcceptRetry{1};

error_code bind_and_listen(Acceptor& acceptor, const tcp::endpoint& endpoint) {
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  // A restart must not wait for the connections of the last run to leave TIME_WAIT.
  if (!error) acceptor.set_option(Acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    error_code ignored;
    acceptor.close(ignored);
  }
  return error;
}

}  // namespace

class AdminServer::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& io_context, AdminPages pages, const Logger& logger)
      : io_context_(io_context),
        pages_(std::move(pages)),
        logger_(logger),
        acceptor_(io_context),
        accept_retry_(io_context) {}

  Result<Address> listen(const Address& address);
  void stop();

 private:
  using Connections = std::list<Stream>;

  // The coroutines hold `self`, so that what they use outlives them, whoever goes first.
  static Task accept_forever(std::shared_ptr<Impl> self);
  static Task serve_one(std::shared_ptr<Impl> self, Socket socket);

  void spawn(Task coroutine);

  asio::io_context& io_context_;
  const AdminPages pages_;
  const Logger& logger_;
  Acceptor acceptor_;
  Timer accept_retry_;
  Connections connections_;
  bool is_stopped_ = false;
};

Result<Address> AdminServer::Impl::listen(const Address& address) {
  if (address.is_unix()) return error_code(asio::error::address_family_not_supported);
  error_code error;
  asio::ip::basic_resolver<tcp, Executor> resolver(io_context_);
  const auto candidates = resolver.resolve(address.host, std::to_string(address.port),
                                           tcp::resolver::passive | tcp::resolver::numeric_service, error);
  if (error) return error;
  for (const auto& candidate : candidates) {
    error = bind_and_listen(acceptor_, candidate.endpoint());
    if (!error) break;
  }
  if (error) return error;
  const tcp::endpoint bound = acceptor_.local_endpoint(error);
  if (error) return error;
  spawn(accept_forever(shared_from_this()));
  return Address{bound.address().to_string(), bound.port(), {}};
}

void AdminServer::Impl::stop() {
  is_stopped_ = true;
  error_code ignored;
  acceptor_.close(ignored);
  accept_retry_.cancel();
  for (Stream& connection : connections_)
    connection.close();
}

Task AdminServer::Impl::accept_forever(std::shared_ptr<Impl> self) {
  error_code error;
  auto token = asio::redirect_error(asio::use_awaitable_t<Executor>(), error);
  for (;;) {
    Socket socket = co_await self->acceptor_.async_accept(token);
    if (self->is_stopped_) co_return;
    if (!error) {
      try {
        self->spawn(serve_one(self, std::move(socket)));
      } catch (const std::bad_alloc&) {
        self->logger_.error(
            "no memory for a metrics connection");  // this one is lost; the next may do better
      }
      continue;
    }
    // Mostly EMFILE or ENFILE: the connection stays in the queue, so trying again at once would spin.
    self->logger_.warn("cannot accept on the metrics listener", {{"error", error.message()}});
    self->accept_retry_.expires_after(kAcceptRetry);
    co_await self->accept_retry_.async_wait(token);
    if (self->is_stopped_) co_return;
  }
}

Task AdminServer::Impl::serve_one(std::shared_ptr<Impl> self, Socket socket) {
  if (self->is_stopped_) co_return;
  if (self->connections_.size() >= kMaxConnections) {
    self->logger_.debug("too many connections to the metrics listener: one is refused");
    co_return;
  }
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  const auto connection = self->connections_.emplace(self->connections_.end(), std::move(socket));
  // Also when the coroutine ends by an exception, or is destroyed with its io_context.
  struct Forget {
    Impl& impl;
    Connections::iterator connection;
    ~Forget() { impl.connections_.erase(connection); }
  } const forget{*self, connection};
  co_await serve(*connection, self->pages_, self->is_stopped_, ConnectionLimits{});
}

void AdminServer::Impl::spawn(Task coroutine) {
  // An exception must end its connection and no more. `self`: see above.
  asio::co_spawn(io_context_, std::move(coroutine),
                 [self = shared_from_this()](const std::exception_ptr& failure) {
                   if (!failure || self->is_stopped_) return;
                   try {
                     std::rethrow_exception(failure);
                   } catch (const std::exception& exception) {
                     self->logger_.error("a metrics connection failed", {{"error", exception.what()}});
                   }
                 });
}

AdminServer::AdminServer(asio::io_context& io_context, AdminPages pages, const Logger& logger)
    : impl_(std::make_shared<Impl>(io_context, std::move(pages), logger)) {}

AdminServer::~AdminServer() {
  stop();
}

Result<Address> AdminServer::listen(const Address& address) {
  return impl_->listen(address);
}

void AdminServer::stop() {
  impl_->stop();
}

}  // namespace wayside::admin
