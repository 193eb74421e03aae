#include "wayside/net/stream.hpp"

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <utility>

namespace wayside::net {
namespace {

// Room for one pending wait operation of Asio, so that arming a watch never allocates. A request that does
// not fit, which a newer Asio could make, goes to the heap.
class OperationMemory {
 public:
  void* allocate(std::size_t size) {
    if (size > sizeof(storage_) || used_) return ::operator new(size);
    used_ = true;
    return storage_;
  }
  void deallocate(void* pointer) noexcept {
    if (pointer == static_cast<void*>(storage_)) {
      used_ = false;
    } else {
      ::operator delete(pointer);
    }
  }

 private:
  alignas(std::max_align_t) std::byte storage_[112];
  bool used_ = false;
};

template <class T>
struct OperationAllocator {
  using value_type = T;
  explicit OperationAllocator(OperationMemory& memory) noexcept : memory_(&memory) {}
  template <class U>
  OperationAllocator(const OperationAllocator<U>& other) noexcept : memory_(other.memory_) {}
  T* allocate(std::size_t count) { return static_cast<T*>(memory_->allocate(count * sizeof(T))); }
  void deallocate(T* pointer, std::size_t) noexcept { memory_->deallocate(pointer); }
  friend bool operator==(const OperationAllocator&, const OperationAllocator&) noexcept = default;
  OperationMemory* memory_;
};

}  // namespace

// Outlives its Stream while watches are armed: a cancelled operation completes later, from the event loop.
// The last of them frees it.
struct Stream::State {
  struct Watch {
    bool armed = false;
    bool ready = false;
    OperationMemory memory;
  };

  // What Asio calls when a wait completes, or destroys when the io_context goes before.
  class Handler {
   public:
    using allocator_type = OperationAllocator<void>;
    Handler(State& state, Watch& watch) noexcept : state_(&state), watch_(&watch) {}
    Handler(Handler&& other) noexcept : state_(std::exchange(other.state_, nullptr)), watch_(other.watch_) {}
    Handler& operator=(Handler&&) = delete;
    ~Handler() {
      if (state_ != nullptr) state_->disarm(*watch_);
    }
    allocator_type get_allocator() const noexcept { return allocator_type(watch_->memory); }
    void operator()(const error_code& ec) {
      State* const state = std::exchange(state_, nullptr);
      if (state->disarm(*watch_)) state->on_event(*watch_, ec);
    }

   private:
    State* state_;  // nullptr once that is done or another has the task
    Watch* watch_;
  };

  explicit State(StreamSocket connected) : socket(std::move(connected)) {}

  void arm(StreamSocket::wait_type direction, Watch& watch) {
    if (watch.armed || watch.ready) return;
    watch.armed = true;
    socket.async_wait(direction, Handler(*this, watch));
  }

  // Whether the stream is still there. If not, neither is `this` after the last watch.
  bool disarm(Watch& watch) noexcept {
    watch.armed = false;
    if (!orphaned) return true;
    if (!reading.armed && !writing.armed) delete this;
    return false;
  }

  void on_event(Watch& watch, const error_code& ec) {
    if (ec == boost::asio::error::operation_aborted) return;
    // Any other error shows itself in the read or write that follows.
    watch.ready = true;
    if (waiter != nullptr) waiter->wake();
    // `this` may be gone.
  }

  StreamSocket socket;
  Waiter* waiter = nullptr;
  Watch reading;
  Watch writing;
  bool orphaned = false;
};

Stream::Stream(StreamSocket socket) : state_(new State(std::move(socket))) {
  error_code ignored;
  state_->socket.non_blocking(true, ignored);
  const int on = 1;
  // Fails on a unix socket, which has nothing to delay.
  ::setsockopt(state_->socket.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  state_->writing.ready = true;
}

Stream::Stream(Stream&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}

Stream& Stream::operator=(Stream&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

Stream::~Stream() {
  if (state_ == nullptr) return;
  close();
  if (state_->reading.armed || state_->writing.armed) {
    state_->orphaned = true;
  } else {
    delete state_;
  }
}

void Stream::set_waiter(Waiter* waiter) noexcept {
  state_->waiter = waiter;
}

bool Stream::readable() const noexcept {
  return state_->reading.ready;
}
bool Stream::writable() const noexcept {
  return state_->writing.ready;
}
void Stream::watch_readable() {
  state_->arm(StreamSocket::wait_read, state_->reading);
}
void Stream::watch_writable() {
  state_->arm(StreamSocket::wait_write, state_->writing);
}

void Stream::yield_readable() {
  state_->reading.ready = false;
  watch_readable();
}

Result<std::size_t> Stream::read_some(std::span<char> into) {
  error_code ec;
  const std::size_t count = state_->socket.read_some(boost::asio::buffer(into.data(), into.size()), ec);
  // A short read emptied the socket: the next watch re-examines it, so a system call that would only say
  // "nothing" is saved. The end and errors are still there for whoever looks again.
  if (ec == boost::asio::error::would_block || (!ec && count < into.size())) state_->reading.ready = false;
  if (ec) return ec;
  return count;
}

Result<std::size_t> Stream::write_some(std::span<const boost::asio::const_buffer> pieces) {
  error_code ec;
  const std::size_t count = pieces.size() == 1 ? state_->socket.write_some(pieces.front(), ec)
                                               : state_->socket.write_some(pieces, ec);
  std::size_t wanted = 0;
  for (const boost::asio::const_buffer& piece : pieces)
    wanted += piece.size();
  if (ec == boost::asio::error::would_block || (!ec && count < wanted)) state_->writing.ready = false;
  if (ec) return ec;
  return count;
}

Stream::Peeked Stream::peek() {
  char byte = 0;
  for (;;) {
    const ssize_t count = ::recv(state_->socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (count > 0) return Peeked::kBytes;
    if (count == 0) return Peeked::kEnd;
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) return Peeked::kFailed;
    state_->reading.ready = false;
    return Peeked::kNothing;
  }
}

void Stream::shutdown_send() noexcept {
  error_code ignored;
  state_->socket.shutdown(StreamSocket::shutdown_send, ignored);
}

void Stream::abort() noexcept {
  error_code ignored;
  state_->socket.set_option(boost::asio::socket_base::linger(true, 0), ignored);
  close();
}

void Stream::close() noexcept {
  error_code ignored;
  state_->socket.close(ignored);
  state_->waiter = nullptr;
}

bool Stream::is_open() const noexcept {
  return state_->socket.is_open();
}

}  // namespace wayside::net
