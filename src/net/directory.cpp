#include "net/directory.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <new>
#include <system_error>
#include <utility>

namespace wayside::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// A look-up that takes longer is joined by another, each after twice the time. A working name server answers
// within the first.
constexpr std::chrono::seconds kPatience{1};
constexpr std::chrono::seconds kMostPatience{5};
constexpr std::size_t kMostAtOnce = 4;

Clock::duration patience_beside(std::size_t others) {
  return std::min<Clock::duration>(kPatience * (1U << std::min<std::size_t>(others, 8)), kMostPatience);
}

}  // namespace

Directory::Directory(ReadinessSet& set, const Address& address, std::function<void()> on_moved)
    : set_(set), on_moved_(std::move(on_moved)), timer_(set.executor()) {
  error_code ec;
  if (address.is_unix()) {
    entries_.push_back({asio::local::stream_protocol::endpoint(address.unix_path), {}});
  } else if (const auto literal = asio::ip::make_address(address.host, ec); !ec) {
    entries_.push_back({tcp::endpoint(literal, address.port), {}});
  } else {
    look_ups_.emplace(
        set, address.host, address.port,
        [this](std::uint64_t number, Result<LookUps::Found> found) { on_ended(number, std::move(found)); });
  }
}

bool Directory::has(AddressId id) const noexcept {
  return std::ranges::any_of(entries_, [id](const Entry& entry) { return entry.id == id; });
}

bool Directory::is_usable(TimePoint now) const noexcept {
  return !look_ups_ || (!entries_.empty() && now - answered_at_ < Connector::kUsable);
}

bool Directory::may_have_changed(TimePoint now) const noexcept {
  return look_ups_ && (entries_.empty() || now - answered_at_ >= Connector::kLeastAge);
}

void Directory::refresh(TimePoint now) noexcept {
  if (!look_ups_ || now < next_look_up_at_ || now - answered_at_ < Connector::kFresh) return;
  try {
    look_up(now);
  } catch (const std::exception&) {
    // The next request tries again.
  }
}

void Directory::ask(std::weak_ptr<Asker> asker) {
  waiting_.push_back(std::move(asker));
  const TimePoint now = Clock::now();
  // Otherwise, a look-up under way will most likely answer soon.
  const bool is_due = now >= next_look_up_at_;
  if (is_due) look_up_or_answer(now);
  look_up_later();
}

void Directory::look_up(TimePoint now) {
  const std::size_t others = look_ups_->under_way();
  if (others >= kMostAtOnce) return;
  next_look_up_at_ = now + Connector::kLeastAge;  // in case it cannot start
  look_ups_->start();
  next_look_up_at_ = now + patience_beside(others);
}

// Answers with an error if no thread is available.
void Directory::look_up_or_answer(TimePoint now) {
  try {
    look_up(now);
  } catch (const std::system_error& failure) {
    asio::post(set_.executor(), [self = weak_from_this(), ec = error_code(failure.code())] {
      if (const auto directory = self.lock()) directory->answer(ec);
    });
  }
}

// While an attempt waits, a look-up that hangs is joined by another.
void Directory::look_up_later() {
  timer_.expires_at(std::max(next_look_up_at_, Clock::now() + Connector::kLeastAge));
  timer_.async_wait([self = weak_from_this()](const error_code& ec) {
    const auto directory = self.lock();
    if (ec || directory == nullptr) return;
    directory->on_later();
  });
}

void Directory::on_later() {
  set_.woke();
  std::erase_if(waiting_, [](const std::weak_ptr<Asker>& asker) { return asker.expired(); });
  if (waiting_.empty()) return;
  try {
    const TimePoint now = Clock::now();
    if (now >= next_look_up_at_) look_up_or_answer(now);
    // An old answer is better than none.
    if (!entries_.empty()) return answer({});
    look_up_later();
  } catch (const std::bad_alloc&) {
    answer(asio::error::no_memory);
  }
}

void Directory::on_ended(std::uint64_t number, Result<LookUps::Found> found) {
  set_.woke();
  const TimePoint now = Clock::now();
  // The name server answers, so it may be asked again soon.
  next_look_up_at_ = std::min(next_look_up_at_, now + Connector::kLeastAge);
  error_code why = found ? error_code() : found.error();
  bool has_moved = false;
  // The answer of an earlier look-up does not replace that of a later one.
  if (found && number > answered_) {
    try {
      has_moved = take_over(*found);
      answered_ = number;
      answered_at_ = now;
    } catch (const std::bad_alloc&) {
      why = asio::error::no_memory;
    }
  }
  if (has_moved && on_moved_) on_moved_();
  answer(why);
}

bool Directory::take_over(const LookUps::Found& found) {
  Entries fresh;
  for (const tcp::endpoint& endpoint : found) {
    const StreamProtocol::endpoint generic(endpoint);
    if (std::ranges::find(fresh, generic, &Entry::endpoint) != fresh.end()) continue;
    const auto known = std::ranges::find(entries_, generic, &Entry::endpoint);
    const AddressId id = known == entries_.end() ? AddressId(++last_id_) : known->id;
    fresh.push_back({generic, id});
  }
  entries_.swap(fresh);
  if (preferred_) prefer(*preferred_);
  return std::ranges::any_of(fresh, [this](const Entry& old) { return !has(old.id); });
}

void Directory::prefer(AddressId id) {
  const auto found = std::ranges::find(entries_, id, &Entry::id);
  if (found != entries_.end()) std::rotate(entries_.begin(), found, found + 1);
}

void Directory::note_connected(AddressId id) {
  preferred_ = id;
  prefer(id);
  has_connected_ = true;
  refused_since_.reset();
}

bool Directory::note_refused(TimePoint now, Milliseconds patience) noexcept {
  if (!has_connected_) return false;
  if (!refused_since_) refused_since_ = now;
  return now - *refused_since_ < patience;
}

void Directory::answer(const error_code& why) {
  // The list is emptied first, as an asker may ask again.
  for (const auto& waiting : std::exchange(waiting_, {})) {
    if (const auto asker = waiting.lock()) asker->on_answer(entries_.empty() ? why : error_code());
  }
}

void Directory::close() {
  waiting_.clear();
  on_moved_ = {};
  timer_.cancel();
  look_ups_.reset();
}

}  // namespace wayside::net
