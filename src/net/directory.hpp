// The addresses of the backend: what the last look-up of its name found, and who waits for the next.
//
// One thread only: that of the set.
#pragma once

#include "wayside/base/address.hpp"
#include "wayside/base/clock.hpp"
#include "wayside/base/result.hpp"
#include "wayside/net/connector.hpp"
#include "wayside/net/readiness_set.hpp"
#include "wayside/net/types.hpp"

#include "net/look_up.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace wayside::net {

class Connector::Directory : public std::enable_shared_from_this<Directory> {
 public:
  struct Entry {
    StreamProtocol::endpoint endpoint;
    AddressId id{};
  };
  using Entries = std::vector<Entry>;

  // Who waits for an answer is told of it once.
  class Asker {
   public:
    // There are entries, or else `why` there are none.
    virtual void on_answer(const error_code& why) = 0;

   protected:
    ~Asker() = default;
  };

  Directory(ReadinessSet& set, const Address& address, std::function<void()> on_moved);

  ReadinessSet& set() noexcept { return set_; }

  // Those that worked last come first. Empty until a name is looked up.
  const Entries& entries() const noexcept { return entries_; }
  bool has(AddressId id) const noexcept;

  // Whether the entries are good enough to begin with, or worth asking about once connecting to them has
  // failed. A fixed address is always the one, and never the other.
  bool is_usable(TimePoint now) const noexcept;
  bool may_have_changed(TimePoint now) const noexcept;

  // Looks up where the answer is old; see Connector::refresh.
  void refresh(TimePoint now) noexcept;
  // Throws std::bad_alloc. Never answers from within.
  void ask(std::weak_ptr<Asker> asker);

  // What came of connecting. A refusal tells whether the backend may be about to come back: it stood before,
  // and its refusals have lasted for less than `patience`.
  void note_connected(AddressId id);
  bool note_refused(TimePoint now, Milliseconds patience) noexcept;
  // The backend answers.
  void note_alive() noexcept { refused_since_.reset(); }

  // Nobody is told anything any more.
  void close();

 private:
  void look_up(TimePoint now);
  void look_up_or_answer(TimePoint now);
  void look_up_later();
  void on_later();
  void on_ended(std::uint64_t number, Result<LookUps::Found> found);
  // Whether an address that was there is gone.
  bool take_over(const LookUps::Found& found);
  void prefer(AddressId id);
  void answer(const error_code& why);

  ReadinessSet& set_;
  std::function<void()> on_moved_;
  std::optional<LookUps> look_ups_;  // of a name
  Timer timer_;                      // until the next look-up, while somebody waits
  Entries entries_;
  std::uint64_t last_id_ = 0;
  std::uint64_t answered_ = 0;  // the number of the look-up that the entries are from
  TimePoint answered_at_{};
  TimePoint next_look_up_at_{};
  std::optional<AddressId> preferred_;
  std::vector<std::weak_ptr<Asker>> waiting_;
  bool has_stood_ = false;  // a connection did
  std::optional<TimePoint> refused_since_;
};

}  // namespace wayside::net
