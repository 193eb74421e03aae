// One client connection, from accept to close: a loop of exchanges.
//
// The session waits for requests and bounds how long they take to arrive; an exchange serves each of them.
#pragma once

#include "wayside/base/result.hpp"
#include "wayside/config/settings.hpp"
#include "wayside/http/violation.hpp"
#include "wayside/net/task.hpp"
#include "wayside/proxy/entrance.hpp"
#include "wayside/tls/error.hpp"
#include "wayside/tls/server_context.hpp"

#include "proxy/client_connection.hpp"
#include "proxy/context.hpp"
#include "proxy/idle_clients.hpp"

#include <boost/intrusive/list_hook.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace wayside::proxy {

class HeadSearch;

class Session final
    : public IdleClient,
      public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  // `context` outlives the session.
  Session(Context& context, net::Stream stream, std::string client_ip, const Entrance& entrance = {});
  ~Session() { context_.shard.change("wayside_client_connections", -1); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Serves the client until the connection is over. The session outlives the task.
  net::Task<> run();

  // Has the session look at Context::drain and Context::terminating, and remembers the number of the
  // round. The session may be gone when the call returns, and so may others that waited for what it gave
  // back.
  void wake(std::uint64_t round) {
    woken_in_ = round;
    client_.wakeup.wake();
  }
  bool was_woken_in(std::uint64_t round) const noexcept { return woken_in_ == round; }

  net::FramePool& frame_pool() noexcept { return context_.frames; }

 private:
  bool make_room() override;

  // How the connection may go on before its first request.
  enum class Opening : std::uint8_t {
    kOpen,    // requests may come
    kRefuse,  // with a plain answer
    kOver,
  };
  // Takes the header of the PROXY protocol, where one is due, and makes the TLS handshake.
  net::Task<Opening> open_tls();
  net::Task<bool> await_proxy_header(TimePoint until);
  void count_handshake(tls::HandshakeResult result, const error_code& failure);

  // The size of the head in front of what the client has sent; nothing while it is incomplete.
  Checked<std::optional<std::size_t>, http::Violation> look_for_head(HeadSearch& search);
  // Takes the header of the PROXY protocol. False while it is incomplete.
  Checked<bool, http::Violation> take_proxy_header();

  // Keeps a connection that is to be closed open until the client has had its answer (RFC 9112 section 9.6).
  net::Task<> linger(std::chrono::seconds at_most);

  Context& context_;
  ClientConnection client_;
  config::ProxyProtocol awaited_header_;           // kOff once it has come, or did not come
  std::shared_ptr<const tls::ServerContext> tls_;  // until the handshake; nullptr: plain bytes
  bool made_room_ = false;
  std::uint64_t woken_in_ = 0;
};

}  // namespace wayside::proxy
