#include "wayside/admin/admin_server.hpp"

#include "wayside/net/descriptor.hpp"
#include "wayside/net/listener.hpp"

#include "admin/connection.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <exception>
#include <list>
#include <utility>

namespace wayside::admin {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Socket = asio::basic_stream_socket<tcp, net::Executor>;

// Scrapers are few. The limit keeps whoever can reach this port from using up the descriptors that the proxy
// needs.
constexpr std::size_t kMaxConnections = 128;

}  // namespace

class AdminServer::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& io_context, AdminPages pages, const Logger& logger)
      : io_context_(io_context),
        pages_(std::move(pages)),
        logger_(logger),
        listener_(io_context.get_executor(), "metrics", logger) {}

  Result<Address> listen(const Address& address);
  void stop();

 private:
  using Connections = std::list<Stream>;

  // The coroutine holds `self`, so that what it uses outlives it, whoever goes first.
  static Awaitable<> serve_one(std::shared_ptr<Impl> self, Socket socket);

  void on_accept(net::Descriptor socket, const tcp::endpoint& client);

  asio::io_context& io_context_;
  const AdminPages pages_;
  const Logger& logger_;
  net::Listener listener_;
  Connections connections_;
  bool is_stopped_ = false;
};

Result<Address> AdminServer::Impl::listen(const Address& address) {
  if (address.is_unix()) return error_code(asio::error::address_family_not_supported);
  constexpr bool kShared = false;
  auto bound = listener_.open(address, kShared);
  if (!bound) return bound;
  listener_.start(
      [this](net::Descriptor socket, const tcp::endpoint& client) { on_accept(std::move(socket), client); });
  return bound;
}

void AdminServer::Impl::stop() {
  is_stopped_ = true;
  listener_.close();
  for (Stream& connection : connections_)
    connection.close();
}

void AdminServer::Impl::on_accept(net::Descriptor accepted, const tcp::endpoint& client) {
  if (is_stopped_) return;
  Socket socket(io_context_);
  socket.assign(client.protocol(), accepted.number());
  accepted.release();
  // An exception must end its connection and no more.
  asio::co_spawn(io_context_, serve_one(shared_from_this(), std::move(socket)),
                 [self = shared_from_this()](const std::exception_ptr& failure) {
                   if (!failure || self->is_stopped_) return;
                   try {
                     std::rethrow_exception(failure);
                   } catch (const std::exception& exception) {
                     self->logger_.error("a metrics connection failed", {{"error", exception.what()}});
                   }
                 });
}

Awaitable<> AdminServer::Impl::serve_one(std::shared_ptr<Impl> self, Socket socket) {
  if (self->is_stopped_) co_return;
  if (self->connections_.size() >= kMaxConnections) {
    self->logger_.debug("too many connections to the metrics listener: one is refused");
    co_return;
  }
  const auto connection = self->connections_.emplace(self->connections_.end(), std::move(socket));
  // Also when the coroutine ends by an exception, or is destroyed with its io_context.
  struct Forget {
    Impl& impl;
    Connections::iterator connection;
    ~Forget() { impl.connections_.erase(connection); }
  } const forget{*self, connection};
  co_await serve(*connection, self->pages_, self->is_stopped_, ConnectionLimits{});
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
