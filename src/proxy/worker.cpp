#include "wayside/proxy/worker.hpp"

#include "wayside/net/event_loop.hpp"
#include "wayside/net/listener.hpp"
#include "wayside/net/timer.hpp"

#include "proxy/context.hpp"
#include "proxy/session.hpp"

#include <boost/intrusive/list.hpp>

#include <algorithm>
#include <exception>
#include <new>
#include <utility>

namespace wayside::proxy {

struct Worker::Impl {
  explicit Impl(Dependencies dependencies)
      : context(loop, dependencies.settings, std::move(dependencies.routing), dependencies.shard,
                dependencies.unmatched, dependencies.access_log, dependencies.log),
        listener(loop, dependencies.log),
        drain_timer(loop, [this] { cut_off(); }) {
    // The workers share the limit evenly, and each has at least one.
    if (const auto& limit = dependencies.settings.max_connections) {
      session_limit = std::max<std::size_t>(1, *limit / dependencies.settings.workers);
    }
  }

  // The life of one session. Its frame holds it, so it is gone when it is over.
  net::Detached serve(net::Stream stream, std::string client_ip) {
    if (++session_count == session_limit) listener.suspend();
    try {
      Session session(context, std::move(stream), std::move(client_ip));
      sessions.push_back(session);
      co_await session.run();
    } catch (const std::exception& error) {
      // Memory ran out, most likely. One session ends; the others need not.
      complain(error);
    }
    if (session_count-- == session_limit) listener.resume();
    if (drain_has_begun && sessions.empty()) finish();
  }

  void complain(const std::exception& why) noexcept {
    try {
      context.log.error("a session failed", {{"error", why.what()}});
    } catch (const std::bad_alloc&) {
      // Then without words.
    }
  }

  void drain() {
    if (context.draining) return;
    // Who is accepted now is answered with "Connection: close", as is every session.
    context.draining = true;
    listener.close();
    drain_has_begun = true;  // until here, no session is the last one
    wake_sessions();
    if (sessions.empty()) return finish();
    drain_timer.set(Clock::now() + context.settings.timeouts.drain);
  }

  void cut_off() {
    context.log.warn("requests were cut off: they did not finish within the drain timeout");
    context.terminating = true;
    wake_sessions();
  }

  // A session that is woken may end, so the next one is looked up before.
  void wake_sessions() {
    for (auto next = sessions.begin(); next != sessions.end();)
      (next++)->wake();
  }

  // Nothing is left to do: without timers and sockets the event loop runs dry, and run() returns.
  void finish() {
    drain_timer.cancel();
    context.backends.close();
    context.wheel.stop();
  }

  net::EventLoop loop;
  Context context;
  net::Listener listener;
  net::Timer drain_timer;
  boost::intrusive::list<Session, boost::intrusive::constant_time_size<false>> sessions;
  bool drain_has_begun = false;
  std::size_t session_count = 0;
  std::size_t session_limit = 0;  // 0: none, for no session is the 0th
};

Worker::Worker(Dependencies dependencies) : impl_(std::make_unique<Impl>(std::move(dependencies))) {}
Worker::~Worker() = default;

Result<Address> Worker::listen(const Address& address, bool shared) {
  return impl_->listener.open(address, shared);
}

void Worker::use_routing(std::unique_ptr<const Routing> routing) {
  // Shared for no other reason than that a std::function can be copied.
  const auto next = std::make_shared<std::unique_ptr<const Routing>>(std::move(routing));
  impl_->loop.post([impl = impl_.get(), next] { impl->context.routing = std::move(*next); });
}

void Worker::run() {
  impl_->listener.start([impl = impl_.get()](net::Stream stream, std::string client_ip) {
    impl->serve(std::move(stream), std::move(client_ip));
  });
  impl_->loop.run();
}

void Worker::drain() {
  impl_->loop.post([impl = impl_.get()] { impl->drain(); });
}

}  // namespace wayside::proxy
