#include "wayside/proxy/worker.hpp"

#include "wayside/net/listener.hpp"
#include "wayside/net/operation_memory.hpp"
#include "wayside/net/readiness_set.hpp"
#include "wayside/net/reserved_timer.hpp"
#include "wayside/net/types.hpp"

#include "proxy/context.hpp"
#include "proxy/session.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/intrusive/list.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <deque>
#include <exception>
#include <new>
#include <optional>
#include <string>
#include <utility>

namespace wayside::proxy {

namespace {

// A connection that was accepted.
struct Newcomer {
  net::Descriptor socket;
  std::string client_ip;
  Entrance entrance{};
};

// A listener, and what is special about the connections that come by it.
struct Door {
  Door(const net::Executor& executor, const Logger& log, Entrance its_entrance)
      : listener(executor, "proxy", log), entrance(std::move(its_entrance)) {}

  net::Listener listener;
  const Entrance entrance;
};

// More than a round trip to a load balancer.
constexpr Milliseconds kHandshakesEndWithin{50};

}  // namespace

struct Worker::Impl {
  explicit Impl(Dependencies dependencies)
      : context(
            readiness, dependencies.settings, std::move(dependencies.routing), dependencies.shard,
            dependencies.unmatched, dependencies.access_log, dependencies.log, dependencies.share,
            [this] { serve_who_waits(); }, std::move(dependencies.on_backend_change),
            std::move(dependencies.backend_tls)),
        drain_timer(readiness.executor()),
        room_timer(readiness.executor()),
        session_limit(dependencies.share.clients) {}
  ~Impl() { take_routing(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void take_routing() noexcept { context.routing.reset(next_routing.exchange(nullptr)); }

  // The life of one session, which is a member of this coroutine's frame.
  net::Detached serve(net::Stream stream, Newcomer newcomer) {
    ++session_count;
    try {
      Session session(context, std::move(stream), std::move(newcomer.client_ip), newcomer.entrance);
      sessions.push_back(session);
      co_await session.run();
    } catch (const std::exception& error) {
      // Most likely memory ran out. This session ends; the others go on.
      complain(error);
    }
    --session_count;
    serve_who_waits();
    accept_again();
    if (accepting_is_over && sessions.empty()) finish();
  }

  void on_accept(Newcomer newcomer) {
    readiness.woke();
    if (context.drain != Drain::kBegun && !make_room()) {
      waiting = std::move(newcomer);
      context.clients_wait = true;
      for (Door& door : doors)
        door.listener.suspend();
      return make_room_later();
    }
    admit(std::move(newcomer));
  }

  void admit(Newcomer newcomer) {
    net::Stream stream(readiness, std::move(newcomer.socket));
    serve(std::move(stream), std::move(newcomer));
  }

  // Gives the waiting client a session. Where memory runs out, its connection is closed.
  void admit_who_waits() noexcept {
    if (!waiting) return;
    Newcomer newcomer = *std::exchange(waiting, std::nullopt);
    context.clients_wait = false;
    try {
      admit(std::move(newcomer));
    } catch (const std::exception& error) {
      complain(error);
    }
  }

  bool make_room() {
    return session_count < session_limit || context.idle_clients.evict(readiness.woke_at());
  }

  // Tries again once the longest idle client has been idle for long enough.
  void make_room_later() noexcept {
    const auto when = context.idle_clients.next_room_at();
    if (!when) return;
    try {
      room_timer.expires_at(*when);
      room_timer.async_wait([this](const error_code& ec) {
        if (ec) return;
        readiness.woke();
        serve_who_waits();
      });
    } catch (const std::bad_alloc&) {
      // The next session that becomes idle or ends tries again.
    }
  }

  void accept_again() noexcept {
    if (waiting) return;
    for (Door& door : doors) {
      if (door.listener.is_suspended()) door.listener.resume();
    }
  }

  // Gives the waiting client a session if there is room for one more. Meanwhile further clients stay in the
  // kernel's queue.
  void serve_who_waits() noexcept {
    if (!waiting) return;
    if (!make_room()) return make_room_later();
    // The session that made room has ended, and its end may have called this function.
    if (!waiting) return;
    admit_who_waits();
    accept_again();
  }

  void complain(const std::exception& why) noexcept {
    try {
      context.log.error("a session failed", {{"error", why.what()}});
    } catch (const std::bad_alloc&) {
      // There is no memory for the line.
    }
  }

  void announce_drain() noexcept {
    if (context.drain == Drain::kNone) context.drain = Drain::kAnnounced;
  }

  void drain() {
    readiness.woke();
    // The sessions that begin now answer with "Connection: close" too.
    context.drain = Drain::kBegun;
    admit_who_waits();
    accept_again();
    context.drain_began = readiness.woke_at();
    for (Door& door : doors)
      door.listener.wind_down();
    wake_sessions();
    const Milliseconds timeout = context.settings.timeouts.drain;
    drain_timer.expires_at(context.drain_began + std::min(kHandshakesEndWithin, timeout));
    drain_timer.async_wait([this](const error_code& ec) {
      if (!ec) on_handshakes_over();
    });
  }

  // Without descriptors, connections stay in the queue until exchanges that end give some back.
  void on_handshakes_over() {
    readiness.woke();
    bool is_all = true;
    for (Door& door : doors)
      is_all &= door.listener.accept_rest();
    const TimePoint next = readiness.woke_at() + kHandshakesEndWithin;
    if (!is_all && next < context.drain_began + context.settings.timeouts.drain) {
      drain_timer.expires_at(next);
      drain_timer.async_wait([this](const error_code& ec) {
        if (!ec) on_handshakes_over();
      });
      return;
    }
    for (Door& door : doors)
      door.listener.close();
    accepting_is_over = true;  // until here, no session is the last one
    if (sessions.empty()) return finish();
    drain_timer.expires_at(context.drain_began + context.settings.timeouts.drain);
    drain_timer.async_wait([this](const error_code& ec) {
      if (!ec && !sessions.empty()) cut_off();
    });
  }

  // A connection without an exchange, whose client has not closed its side yet, loses nothing.
  void report_cut_off() const noexcept {
    if (context.exchange_count == 0) return;
    try {
      context.log.warn("requests were cut off: they did not finish within timeouts.drain",
                       {{"requests", std::to_string(context.exchange_count)}});
    } catch (const std::bad_alloc&) {
      // There is no memory for the line.
    }
  }

  void cut_off() noexcept {
    readiness.woke();
    report_cut_off();
    context.terminating = true;
    context.backends.close();
    wake_sessions();
  }

  // A woken session may end, and may end others. So the loop keeps no iterator: each session moves to the
  // back of the list before it is woken.
  void wake_sessions() {
    ++wake_rounds;
    while (!sessions.empty() && !sessions.front().was_woken_in(wake_rounds)) {
      Session& next = sessions.front();
      sessions.pop_front();
      sessions.push_back(next);
      next.wake(wake_rounds);
    }
  }

  // The last session has ended. Timers and look-ups that still run do not matter any more.
  void finish() {
    context.backends.close();
    io.stop();
  }

  // One thread runs it and other threads post to it: "Concurrency Hints" in Asio's manual.
  boost::asio::io_context io{1};
  net::ReadinessSet readiness{io};
  Context context;
  std::deque<Door> doors;
  net::ReservedTimer<Worker> drain_timer;
  net::Timer room_timer;
  boost::intrusive::list<Session, boost::intrusive::constant_time_size<false>> sessions;
  std::uint64_t wake_rounds = 0;
  std::atomic<bool> announcement_was_asked_for = false;  // by any thread
  net::OperationMemory announcement_memory;
  std::atomic<const Routing*> next_routing = nullptr;  // owned; nullptr once it is taken
  net::OperationMemory routing_memory;
  std::atomic<bool> owes_pulse = false;
  net::OperationMemory pulse_memory;
  std::atomic<bool> has_ended = false;            // run()
  std::atomic<bool> drain_was_asked_for = false;  // by any thread
  net::OperationMemory drain_memory;
  bool accepting_is_over = false;
  std::size_t session_count = 0;
  const std::size_t session_limit;
  std::optional<Newcomer> waiting;  // for room
};

Worker::Worker(Dependencies dependencies) : impl_(std::make_unique<Impl>(std::move(dependencies))) {}
Worker::~Worker() = default;

error_code Worker::listen(net::Descriptor socket, net::SocketLife life, Entrance entrance) {
  Door& door =
      impl_->doors.emplace_back(impl_->readiness.executor(), impl_->context.log, std::move(entrance));
  return door.listener.open(std::move(socket), life);
}

void Worker::use_routing(std::unique_ptr<const Routing> routing) noexcept {
  const std::unique_ptr<const Routing> skipped(impl_->next_routing.exchange(routing.release()));
  if (skipped != nullptr) return;  // its handler takes the new one
  boost::asio::post(impl_->io, impl_->routing_memory.bind([impl = impl_.get()] { impl->take_routing(); }));
}

BackendReporter& Worker::backend_reporter() noexcept {
  return impl_->context.backend_reporter;
}

void Worker::run() {
  for (Door& door : impl_->doors) {
    door.listener.start(
        [impl = impl_.get(), &door](net::Descriptor socket, const net::Listener::Endpoint& client) {
          impl->on_accept({std::move(socket), net::client_text(client), door.entrance});
        });
  }
  struct AtEnd {
    std::atomic<bool>& has_ended;
    ~AtEnd() { has_ended = true; }
  } at_end{impl_->has_ended};
  impl_->io.run();
}

bool Worker::check_pulse() noexcept {
  if (impl_->has_ended) return true;
  if (impl_->owes_pulse.exchange(true)) return false;
  boost::asio::post(impl_->io, impl_->pulse_memory.bind([impl = impl_.get()] { impl->owes_pulse = false; }));
  return true;
}

void Worker::announce_drain() noexcept {
  if (impl_->announcement_was_asked_for.exchange(true)) return;
  boost::asio::post(impl_->io,
                    impl_->announcement_memory.bind([impl = impl_.get()] { impl->announce_drain(); }));
}

void Worker::drain() noexcept {
  if (impl_->drain_was_asked_for.exchange(true)) return;
  boost::asio::post(impl_->io, impl_->drain_memory.bind([impl = impl_.get()] { impl->drain(); }));
}

}  // namespace wayside::proxy
