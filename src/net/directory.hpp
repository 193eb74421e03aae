// The addresses of the backend: the answer of the last look-up of its name, and the attempts that wait for
// the next.
//
// Used by the thread of the set alone.
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

class Directory : public std::enable_shared_from_this<Directory> {
 public:
  struct Entry {
    StreamProtocol::endpoint endpoint;
    AddressId id{};
  };
  using Entries = std::vector<Entry>;

  // Waits for an answer, and receives it once.
  class Asker {
   public:
    // `why` is set if there are no entries.
    virtual void on_answer(const error_code& why) = 0;

   protected:
    ~Asker() = default;
  };

  Directory(ReadinessSet& set, const Address& address, std::function<void()> on_moved);

  ReadinessSet& set() noexcept { return set_; }

  // The last successful address comes first. Empty until a name's first answer.
  const Entries& entries() const noexcept { return entries_; }
  bool has(AddressId id) const noexcept;

  // Whether an attempt may begin with the entries. Always true of a fixed address.
  bool is_usable(TimePoint now) const noexcept;
  // Whether another look-up may find other entries. Never true of a fixed address.
  bool may_have_changed(TimePoint now) const noexcept;

  // Looks the name up if the answer is old; see Connector::refresh.
  void refresh(TimePoint now) noexcept;
  // Answers later, never inside this call. Throws std::bad_alloc.
  void ask(std::weak_ptr<Asker> asker);

  // Called when an attempt has connected.
  void note_connected(AddressId id);
  // Called when the backend has refused an attempt. True if it may be restarting: a connection succeeded
  // before, and the refusals have lasted for less than `patience`.
  bool note_refused(TimePoint now, Milliseconds patience) noexcept;
  // Called when the backend has responded.
  void note_alive() noexcept { refused_since_.reset(); }

  // Neither an asker nor `on_moved` is called afterwards.
  void close();

 private:
  void look_up(TimePoint now);
  void look_up_or_answer(TimePoint now);
  void look_up_later();
  void on_later();
  void on_ended(std::uint64_t number, Result<LookUps::Found> found);
  // True if a previous address is gone.
  bool take_over(const LookUps::Found& found);
  void prefer(AddressId id);
  void answer(const error_code& why);

  ReadinessSet& set_;
  std::function<void()> on_moved_;
  std::optional<LookUps> look_ups_;  // none for a fixed address
  Timer timer_;                      // until the next look-up, while an attempt waits
  Entries entries_;
  std::uint64_t last_id_ = 0;
  std::uint64_t answered_ = 0;  // the number of the look-up that found the entries
  TimePoint answered_at_{};
  TimePoint next_look_up_at_{};
  std::optional<AddressId> preferred_;
  std::vector<std::weak_ptr<Asker>> waiting_;
  bool has_connected_ = false;
  std::optional<TimePoint> refused_since_;
};

}  // namespace wayside::net
