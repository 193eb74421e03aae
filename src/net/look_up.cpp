#include "net/look_up.hpp"

#include "wayside/base/clock.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/post.hpp>

#include <cerrno>
#include <exception>
#include <mutex>
#include <new>
#include <optional>
#include <thread>
#include <utility>

namespace wayside::net {
namespace {

using boost::asio::ip::tcp;

constexpr Milliseconds kTryToDeliverAgainAfter{100};

// getaddrinfo(3) may say that a name does not exist where it lacks descriptors or memory to find it. `number`
// is errno, which tells.
error_code cause_of(const error_code& ec, int number) noexcept {
  const bool is_shortage = number == EMFILE || number == ENFILE || number == ENOMEM;
  return is_shortage ? error_code(number, boost::system::system_category()) : ec;
}

Result<LookUps::Found> look_up(const std::string& host, const std::string& port) {
  boost::asio::io_context not_run;
  boost::asio::ip::basic_resolver<tcp, Executor> resolver(not_run.get_executor());
  error_code ec;
  const auto entries = resolver.resolve(host, port, tcp::resolver::numeric_service, ec);
  if (ec) return cause_of(ec, errno);
  LookUps::Found found;
  for (const auto& entry : entries)
    found.push_back(entry.endpoint());
  return found;
}

}  // namespace

// Takes the results of look-up threads, which may outlive the io_context.
struct LookUps::Mailbox {
  explicit Mailbox(LookUps& all) : look_ups(&all) {}

  // Called by a look-up's thread. Throws std::bad_alloc.
  static void deliver(const std::shared_ptr<Mailbox>& self, const Executor& executor, std::uint64_t number,
                      const Result<Found>& found) {
    const std::lock_guard lock(self->mutex);
    // The io_context of the executor outlives the look-ups.
    if (self->look_ups == nullptr) return;
    boost::asio::post(executor, [self, number, copy = found]() mutable {
      if (self->look_ups != nullptr) self->look_ups->end(number, std::move(copy));
    });
  }

  std::mutex mutex;
  LookUps* look_ups;  // nullptr once destroyed. Written under the mutex, by the thread that reads it without
};

LookUps::LookUps(ReadinessSet& set, std::string host, std::uint16_t port, OnEnded on_ended)
    : host_(std::move(host)),
      port_(std::to_string(port)),
      on_ended_(std::move(on_ended)),
      executor_(set.executor()),
      mailbox_(std::make_shared<Mailbox>(*this)) {}

LookUps::~LookUps() {
  const std::lock_guard lock(mailbox_->mutex);
  mailbox_->look_ups = nullptr;
}

std::uint64_t LookUps::start() {
  const std::uint64_t number = started_ + 1;
  std::thread([host = host_, port = port_, executor = executor_, mailbox = mailbox_, number] {
    std::optional<Result<Found>> found;
    for (;;) {
      try {
        if (!found) found = look_up(host, port);
        return Mailbox::deliver(mailbox, executor, number, *found);
      } catch (const std::bad_alloc&) {
        std::this_thread::sleep_for(kTryToDeliverAgainAfter);
      } catch (const std::exception&) {
        found = error_code(boost::asio::error::no_recovery);
      }
    }
  }).detach();
  ++under_way_;
  return started_ = number;
}

void LookUps::end(std::uint64_t number, Result<Found> found) {
  --under_way_;
  on_ended_(number, std::move(found));
}

}  // namespace wayside::net
