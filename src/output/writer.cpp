#include "output/writer.hpp"

#include "wayside/base/outlet.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <span>
#include <string_view>
#include <utility>

namespace wayside::output {
namespace {

// The bytes taken from a source in one turn: more than the longest line.
constexpr std::size_t kPieceBytes = std::size_t{64} << 10U;

constexpr Milliseconds kRoomInterval{20};
constexpr Milliseconds kRetryAfterFailure{100};

// The time that a thread on a busy machine needs to notice its deadline.
constexpr Milliseconds kGrace{200};

}  // namespace

// The state that the thread uses.
class Writer::Loop {
 public:
  explicit Loop(Options options)
      : options_(std::move(options)), outlet_(options_.descriptor), piece_(kPieceBytes) {}

  Bell& bell() const noexcept { return *options_.bell; }

  void run() {
    for (;;) {
      // In this order, so that lines queued before stop() are still written.
      const bool is_last_turn = !bell().wait(options_.interval);
      if (!write_all() || is_last_turn) return;
    }
  }

 private:
  // Writes some lines of each source in turn, until there are none. False if that takes too long at the end.
  bool write_all() {
    for (bool found = true; found;) {
      found = false;
      for (const auto& source : options_.sources) {
        const std::size_t size = source->take_lines(piece_);
        if (size == 0) continue;
        found = true;
        if (!write({piece_.data(), size})) return false;
      }
    }
    return true;
  }

  bool write(std::string_view lines) {
    for (bool was_full = false; !lines.empty();) {
      const Result<std::size_t> written = outlet_.write_some(lines);
      if (written.has_error()) {
        if (written.error() == boost::system::errc::message_size) {
          lines.remove_prefix(std::min(lines.find('\n'), lines.size() - 1) + 1);
        } else {
          note_failure(written.error());
          if (!bell().pause(kRetryAfterFailure)) return false;
        }
      } else if (*written == 0) {
        if (!wait_for_room(was_full)) return false;
      } else {
        lines.remove_prefix(*written);
        is_failing_ = false;
      }
      was_full = written.has_value() && *written == 0;
    }
    return true;
  }

  // `in_vain`: room was reported before, but there was none.
  bool wait_for_room(bool in_vain) {
    if (bell().is_over()) return false;
    if (outlet_.wait_for_room(kRoomInterval) && in_vain) std::this_thread::sleep_for(kRoomInterval);
    return true;
  }

  void note_failure(const error_code& why) {
    if (std::exchange(is_failing_, true) || !options_.on_failure) return;
    try {
      options_.on_failure(why);
    } catch (const std::exception&) {
      // Most likely memory ran out: the failure goes unreported.
    }
  }

  const Options options_;
  Outlet outlet_;
  std::vector<char> piece_;  // the lines being written
  bool is_failing_ = false;
};

Writer::Writer(Options options) : loop_(std::make_shared<Loop>(std::move(options))) {
  std::packaged_task<void()> task([loop = loop_] { loop->run(); });
  is_over_ = task.get_future();
  thread_ = std::thread(std::move(task));
}

Writer::~Writer() {
  end(Clock::now());
}

void Writer::end(TimePoint deadline) noexcept {
  if (!thread_.joinable()) return;
  loop_->bell().stop(deadline);
  if (is_over_.wait_until(std::max(deadline, Clock::now()) + kGrace) == std::future_status::ready) {
    thread_.join();
  } else {
    thread_.detach();
  }
}

}  // namespace wayside::output
