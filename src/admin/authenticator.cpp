#include "admin/authenticator.hpp"

#include "wayside/base/clock.hpp"

#include "admin/basic_credentials.hpp"
#include "admin/password.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <new>
#include <thread>
#include <utility>

namespace wayside::admin {
namespace {

namespace asio = boost::asio;

// The pause between attempts to post a result while there is no memory for that.
constexpr Milliseconds kRetryAfter{100};

const Access::User* find_user(const Access& access, const std::string& name) noexcept {
  const auto found = std::ranges::find(access.users, name, &Access::User::name);
  return found == access.users.end() ? nullptr : &*found;
}

}  // namespace

// A password on its way through the thread.
struct Authenticator::Check {
  Check(const net::Executor& executor, std::string its_password, std::string its_hash)
      : done(executor, TimePoint::max()), password(std::move(its_password)), hash(std::move(its_hash)) {}

  // On the thread. Memory may run out.
  void run() noexcept {
    try {
      is_match = matches(password, hash);
    } catch (const std::bad_alloc&) {
      is_match = false;
    }
  }

  net::Timer done;  // ends the wait
  const std::string password;
  const std::string hash;
  bool is_match = false;
};

Authenticator::~Authenticator() {
  stop();
}

net::Awaitable<Verdict> Authenticator::check(std::shared_ptr<const Access> access,
                                             std::string authorization) {
  auto credentials = parse_basic_credentials(authorization);
  if (!credentials || is_stopped_) co_return Verdict::kRefused;
  const Access::User* const user = find_user(*access, credentials->user);
  const std::string hash = user != nullptr ? user->hash : decoy_hash(access->users);
  const auto digest = VerifiedCredentials::digest_of(*credentials, hash);
  if (user != nullptr && digest && verified_.contains(*digest)) co_return Verdict::kAdmitted;
  if (!attempts_.begin(Clock::now())) co_return Verdict::kTooMany;
  auto verifying = verify(std::move(credentials->password), hash);
  const bool is_match = co_await std::move(verifying);
  if (user == nullptr || !is_match) co_return Verdict::kRefused;
  attempts_.take_back();
  if (digest) verified_.add(*digest);
  co_return Verdict::kAdmitted;
}

net::Awaitable<bool> Authenticator::verify(std::string password, std::string hash) {
  if (!thread_) thread_.emplace(1);
  const auto check = std::make_shared<Check>(executor_, std::move(password), std::move(hash));
  checks_.push_back(check);
  asio::post(*thread_, [check, executor = executor_] {
    check->run();
    for (;;) {
      try {
        return asio::post(executor, [check] { check->done.cancel(); });
      } catch (const std::bad_alloc&) {
        std::this_thread::sleep_for(kRetryAfter);
      }
    }
  });
  error_code ignored;
  auto token = asio::redirect_error(asio::use_awaitable_t<net::Executor>(), ignored);
  co_await check->done.async_wait(token);
  std::erase(checks_, check);
  co_return !is_stopped_ && check->is_match;
}

void Authenticator::stop() noexcept {
  is_stopped_ = true;
  if (thread_) {
    thread_->stop();
    thread_->join();
    thread_.reset();
  }
  for (const auto& check : std::exchange(checks_, {}))
    check->done.cancel();
}

}  // namespace wayside::admin
