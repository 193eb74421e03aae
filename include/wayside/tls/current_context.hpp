// The context that the next connection of a listener gets. Certificates that changed are put in its place
// while workers accept. Any thread.
#pragma once

#include "wayside/tls/server_context.hpp"

#include <memory>
#include <mutex>
#include <utility>

namespace wayside::tls {

class CurrentContext {
 public:
  // `context` is not null.
  explicit CurrentContext(std::shared_ptr<const ServerContext> context) noexcept
      : context_(std::move(context)) {}

  std::shared_ptr<const ServerContext> get() const noexcept {
    const std::lock_guard lock(mutex_);
    return context_;
  }
  // Connections keep the context that they have.
  void replace(std::shared_ptr<const ServerContext> next) noexcept {
    const std::lock_guard lock(mutex_);
    context_.swap(next);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const ServerContext> context_;
};

}  // namespace wayside::tls
