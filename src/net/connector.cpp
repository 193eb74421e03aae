#include "wayside/net/connector.hpp"

#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>

namespace wayside::net {

using boost::asio::ip::tcp;

struct ConnectAttempt::State : std::enable_shared_from_this<ConnectAttempt::State> {
  State(Connector& owner, Waiter& to_wake)
      : connector(owner),
        waiter(&to_wake),
        resolver(owner.io_.get_executor()),
        socket(owner.io_.get_executor()) {}

  void start() {
    if (connector.is_name_ && Clock::now() - connector.resolved_at_ >= Connector::kFresh) {
      look_up();
    } else {
      candidates = connector.endpoints_;
      try_next();
    }
  }

  void look_up() {
    resolver.async_resolve(
        connector.address_.host, std::to_string(connector.address_.port),
        [self = shared_from_this()](const error_code& ec, const tcp::resolver::results_type& found) {
          if (self->waiter == nullptr) return;
          if (ec) return self->finish(ec);
          std::vector<StreamProtocol::endpoint>& endpoints = self->connector.endpoints_;
          endpoints.clear();
          for (const auto& entry : found) endpoints.emplace_back(entry.endpoint());
          self->connector.resolved_at_ = Clock::now();
          self->candidates = endpoints;
          self->try_next();
        });
  }

  void try_next() {
    if (next == candidates.size()) {
      connector.resolved_at_ = {};
      return finish(last_error);
    }
    const StreamProtocol::endpoint& endpoint = candidates[next++];
    error_code ignored;
    socket.close(ignored);
    socket.async_connect(endpoint, [self = shared_from_this()](const error_code& ec) {
      if (self->waiter == nullptr) return;
      if (!ec) return self->finish({});
      self->last_error = ec;
      self->try_next();
    });
  }

  void finish(error_code ec) {
    last_error = ec;
    finished = true;
    waiter->wake();
  }

  void give_up() {
    waiter = nullptr;
    error_code ignored;
    resolver.cancel();
    socket.close(ignored);
  }

  Connector& connector;
  Waiter* waiter;  // nullptr: the attempt was given up, its handlers do nothing
  boost::asio::ip::basic_resolver<tcp, Executor> resolver;
  StreamSocket socket;
  std::vector<StreamProtocol::endpoint> candidates;
  std::size_t next = 0;
  error_code last_error = boost::asio::error::host_not_found;
  bool finished = false;
};

ConnectAttempt::ConnectAttempt(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}
ConnectAttempt::ConnectAttempt(ConnectAttempt&&) noexcept = default;
ConnectAttempt& ConnectAttempt::operator=(ConnectAttempt&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}
ConnectAttempt::~ConnectAttempt() {
  if (state_ != nullptr) state_->give_up();
}

bool ConnectAttempt::finished() const noexcept { return state_->finished; }

Result<Stream> ConnectAttempt::take() {
  if (state_->last_error) return state_->last_error;
  return Stream(std::move(state_->socket));
}

Connector::Connector(IoContext& io, Address address) : io_(io), address_(std::move(address)) {
  if (address_.is_unix()) {
    endpoints_.emplace_back(boost::asio::local::stream_protocol::endpoint(address_.unix_path));
    return;
  }
  error_code ec;
  const boost::asio::ip::address literal = boost::asio::ip::make_address(address_.host, ec);
  if (ec) {
    is_name_ = true;
  } else {
    endpoints_.emplace_back(tcp::endpoint(literal, address_.port));
  }
}

Connector::~Connector() = default;

ConnectAttempt Connector::start(Waiter& waiter) {
  auto state = std::make_shared<ConnectAttempt::State>(*this, waiter);
  state->start();
  return ConnectAttempt(std::move(state));
}

}  // namespace wayside::net
