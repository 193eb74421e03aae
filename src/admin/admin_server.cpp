#include "wayside/admin/admin_server.hpp"

#include "wayside/net/descriptor.hpp"
#include "wayside/net/listener.hpp"

#include "admin/admission.hpp"
#include "admin/authenticator.hpp"
#include "admin/connection.hpp"
#include "admin/shared_pages.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <deque>
#include <exception>
#include <memory>
#include <new>
#include <utility>

namespace wayside::admin {
namespace {

namespace asio = boost::asio;

// The turns of the io_context that start a coroutine and read the request that its client has sent.
constexpr int kTurnsToRead = 4;

// Reserves a quarter of the connections, but no more than probes need.
AdmissionLimits limits_for(std::size_t max_connections) {
  const std::size_t reserved =
      std::clamp<std::size_t>(max_connections / 4, 1, AdmissionLimits{}.reserved_places);
  return {.places = max_connections - reserved, .reserved_places = reserved};
}

}  // namespace

class AdminServer::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& io_context, AdminPages pages, const Logger& logger, const AdmissionLimits& limits)
      : io_context_(io_context),
        pages_(std::move(pages)),
        logger_(logger),
        shared_pages_(io_context.get_executor()),
        admission_(limits),
        authenticator_(io_context.get_executor()) {}

  void use(Access access) { access_ = std::make_shared<const Access>(std::move(access)); }
  error_code listen(net::Descriptor socket, net::SocketLife life);
  void stop();

 private:
  // The coroutine owns `self` too, so that the objects it uses outlive it.
  static Awaitable<> serve_one(std::shared_ptr<Impl> self, std::unique_ptr<Connection> connection);

  void on_accept(net::Descriptor socket, const net::Listener::Endpoint& client);
  void resume_accepting_after(int turns);

  asio::io_context& io_context_;
  const AdminPages pages_;
  const Logger& logger_;
  SharedPages shared_pages_;
  Admission admission_;
  // Shared with the requests that are being checked against it.
  std::shared_ptr<const Access> access_ = std::make_shared<const Access>();
  Authenticator authenticator_;
  std::deque<net::Listener> listeners_;
  bool is_stopped_ = false;
};

error_code AdminServer::Impl::listen(net::Descriptor socket, net::SocketLife life) {
  net::Listener& listener = listeners_.emplace_back(io_context_.get_executor(), "metrics", logger_);
  if (const error_code ec = listener.open(std::move(socket), life)) return ec;
  listener.start([this](net::Descriptor accepted, const net::Listener::Endpoint& client) {
    on_accept(std::move(accepted), client);
  });
  return {};
}

void AdminServer::Impl::stop() {
  is_stopped_ = true;
  for (net::Listener& listener : listeners_)
    listener.close();
  admission_.close_all();
  authenticator_.stop();
  shared_pages_.clear();
}

void AdminServer::Impl::on_accept(net::Descriptor accepted, const net::Listener::Endpoint& client) {
  if (is_stopped_) return;
  Socket socket(io_context_);
  socket.assign(client.protocol(), accepted.number());
  accepted.release();
  auto connection = std::make_unique<Connection>(std::move(socket));
  if (!admission_.admit(*connection)) {
    logger_.debug("metrics connection refused: all connections are in use");
    return;
  }
  // Only the request tells whether this client is a probe. It is read before another client is accepted,
  // which may need the place.
  if (connection->is_reserved) resume_accepting_after(kTurnsToRead);
  // An exception ends its connection only.
  asio::co_spawn(io_context_, serve_one(shared_from_this(), std::move(connection)),
                 [self = shared_from_this()](const std::exception_ptr& failure) {
                   if (!failure || self->is_stopped_) return;
                   try {
                     std::rethrow_exception(failure);
                   } catch (const std::exception& exception) {
                     self->logger_.error("metrics connection failed", {{"error", exception.what()}});
                   }
                 });
}

void AdminServer::Impl::resume_accepting_after(int turns) {
  if (turns > 0) {
    try {
      asio::post(io_context_,
                 [self = shared_from_this(), turns] { self->resume_accepting_after(turns - 1); });
      for (net::Listener& listener : listeners_)
        listener.suspend();
      return;
    } catch (const std::bad_alloc&) {
      // Without memory for the post, accepting continues.
    }
  }
  for (net::Listener& listener : listeners_) {
    if (listener.is_suspended()) listener.resume();
  }
}

Awaitable<> AdminServer::Impl::serve_one(std::shared_ptr<Impl> self, std::unique_ptr<Connection> connection) {
  if (self->is_stopped_ || Admission::is_closed(*connection)) co_return;
  const Service service{self->pages_,        self->is_stopped_, self->admission_,
                        self->shared_pages_, self->access_,     self->authenticator_};
  co_await serve(*connection, service, ConnectionLimits{});
}

AdminServer::AdminServer(asio::io_context& io_context, AdminPages pages, const Logger& logger,
                         std::size_t max_connections)
    : impl_(std::make_shared<Impl>(io_context, std::move(pages), logger, limits_for(max_connections))) {}

AdminServer::~AdminServer() {
  stop();
}

void AdminServer::use(Access access) {
  impl_->use(std::move(access));
}

error_code AdminServer::listen(net::Descriptor socket, net::SocketLife life) {
  return impl_->listen(std::move(socket), life);
}

void AdminServer::stop() {
  impl_->stop();
}

}  // namespace wayside::admin
