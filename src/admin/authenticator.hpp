// Checks names and passwords.
//
// A thread of its own runs bcrypt, one password at a time, so that nobody else waits for it. Credentials that
// were verified before are known without it, and the attempts that fail are bounded. An unknown name takes as
// long as a known one. The io_context's thread uses it.
#pragma once

#include "wayside/admin/access.hpp"
#include "wayside/net/types.hpp"

#include "admin/attempt_limit.hpp"
#include "admin/verified_credentials.hpp"

#include <boost/asio/thread_pool.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wayside::admin {

enum class Verdict : std::uint8_t {
  kAdmitted,
  kRefused,  // also once the authenticator is stopped
  kTooMany,  // failed attempts: this one was not looked at
};

class Authenticator {
 public:
  explicit Authenticator(net::Executor executor) : executor_(std::move(executor)) {}
  // Stops.
  ~Authenticator();
  Authenticator(const Authenticator&) = delete;
  Authenticator& operator=(const Authenticator&) = delete;

  // `authorization` is the value of that field. `access` has users. Throws std::bad_alloc, and
  // boost::system::system_error where no thread can be started.
  net::Awaitable<Verdict> check(std::shared_ptr<const Access> access, std::string authorization);

  // Ends every check, once the password that the thread is at is done.
  void stop() noexcept;

 private:
  struct Check;

  net::Awaitable<bool> verify(std::string password, std::string hash);

  const net::Executor executor_;
  VerifiedCredentials verified_;
  AttemptLimit attempts_;
  std::optional<boost::asio::thread_pool> thread_;  // since the first password
  // Shared with the coroutines that wait and with the thread; either may end first.
  std::vector<std::shared_ptr<Check>> checks_;
  bool is_stopped_ = false;
};

}  // namespace wayside::admin
