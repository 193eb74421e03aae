// Coroutines of the data path: Task<T>, awaited exactly once by its caller, and Detached, which is never
// awaited.
//
// An exchange waits for the first of four readiness events and its deadline, with its waits armed across
// several suspensions. That is one Wakeup (wakeup.hpp) here; with asio::awaitable, it would be a composed
// operation with a cancellation per wait.
//
// A Task starts when it is awaited and resumes its caller by symmetric transfer, so a chain of any length
// costs no stack. An exception leaves through co_await, as through a call. A task runs on the thread that
// resumes it; nothing here is thread-safe.
//
// Frames of member coroutines whose object has a frame_pool() come from that pool; all others from the heap.
#pragma once

#include "wayside/net/frame_pool.hpp"

#include <coroutine>
#include <cstddef>
#include <exception>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

namespace wayside::net {

template <class T>
concept HasFramePool = requires(T& owner) {
  { owner.frame_pool() } -> std::same_as<FramePool&>;
};

namespace detail {

// operator new and delete of a promise. A header in front of the frame holds the pool that the frame came
// from.
//
// All are always inlined: where g++ 12 sees a call, as it does without optimisation, it takes a templated
// operator new and its operator delete for a mismatched pair (-Wmismatched-new-delete, GCC bug 109224).
struct FrameMemory {
  struct alignas(__STDCPP_DEFAULT_NEW_ALIGNMENT__) Header {
    FramePool* pool;
  };

  static void* place(std::size_t size, FramePool* pool) {
    const std::size_t total = size + sizeof(Header);
    void* const storage = pool != nullptr ? pool->allocate(total) : ::operator new(total);
    return ::new (storage) Header{pool} + 1;
  }

  [[gnu::always_inline]] static void* operator new(std::size_t size) { return place(size, nullptr); }

  // Chosen for member coroutines, whose object is the first argument.
  template <HasFramePool Owner, class... Arguments>
  [[gnu::always_inline]] static void* operator new(std::size_t size, Owner& owner, Arguments&&...) {
    return place(size, &owner.frame_pool());
  }

  [[gnu::always_inline]] static void operator delete(void* frame, std::size_t size) noexcept {
    Header* const header = static_cast<Header*>(frame) - 1;
    if (header->pool != nullptr) {
      header->pool->deallocate(header, size + sizeof(Header));
    } else {
      ::operator delete(header);
    }
  }
};

struct PromiseBase : FrameMemory {
  struct FinalAwaiter {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) const noexcept {
      return self.promise().caller_;
    }
    void await_resume() const noexcept {}
  };

  std::suspend_always initial_suspend() const noexcept { return {}; }
  FinalAwaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { failure_ = std::current_exception(); }

  std::coroutine_handle<> caller_;
  std::exception_ptr failure_;
};

}  // namespace detail

template <class T = void>
class [[nodiscard]] Task {
 public:
  struct promise_type : detail::PromiseBase {
    Task get_return_object() noexcept { return Task(Handle::from_promise(*this)); }
    void return_value(T value) { value_.emplace(std::move(value)); }
    T result() {
      if (failure_) std::rethrow_exception(failure_);
      return std::move(*value_);
    }
    std::optional<T> value_;
  };

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) noexcept {
    handle_.promise().caller_ = caller;
    return handle_;
  }
  T await_resume() { return handle_.promise().result(); }

 private:
  using Handle = std::coroutine_handle<promise_type>;
  explicit Task(Handle handle) noexcept : handle_(handle) {}
  Handle handle_;
};

template <>
struct Task<void>::promise_type : detail::PromiseBase {
  Task get_return_object() noexcept { return Task(Handle::from_promise(*this)); }
  void return_void() const noexcept {}
  void result() const {
    if (failure_) std::rethrow_exception(failure_);
  }
};

// A coroutine that starts at once and frees itself when it ends. An exception that leaves it ends the
// process.
struct Detached {
  struct promise_type : detail::FrameMemory {
    Detached get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
  };
};

}  // namespace wayside::net
