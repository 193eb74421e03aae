#include "wayside/accesslog/sink.hpp"

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <poll.h>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace wayside::accesslog {
namespace {

// A second of 3,000 requests; at full speed, several turns of the thread.
constexpr std::size_t kRingBytes = std::size_t{1} << 20U;

// What is written of a ring before the next one has its turn: more than the longest line.
constexpr std::size_t kPieceBytes = std::size_t{64} << 10U;

constexpr std::chrono::milliseconds kInterval{20};

// O_NONBLOCK belongs to the open file, which others may share, and would notice. So a pipe or a terminal is
// opened anew (proc(5), /proc/[pid]/fd). What cannot be, or need not be because it never makes anybody wait
// for long, is used as it is.
int without_blocking(int descriptor) {
  struct stat what {};
  if (::fstat(descriptor, &what) != 0 || !(S_ISFIFO(what.st_mode) || S_ISCHR(what.st_mode)))
    return descriptor;
  const std::string path = "/proc/self/fd/" + std::to_string(descriptor);
  const int opened = ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  return opened < 0 ? descriptor : opened;
}

}  // namespace

Sink::Sink(int descriptor, std::size_t worker_count, const Logger& log)
    : given_(descriptor), descriptor_(without_blocking(descriptor)), log_(log), lines_(kPieceBytes) {
  for (std::size_t i = 0; i < worker_count; ++i)
    rings_.push_back(std::make_unique<Ring>(kRingBytes));
  thread_ = std::thread([this] { run(); });
}

Sink::~Sink() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  wakeup_.notify_one();
  thread_.join();
  if (descriptor_ != given_) ::close(descriptor_);
}

void Sink::run() {
  for (;;) {
    // In this order: what was pushed before the end was asked for is still written.
    const bool is_last_turn = !pause();
    if (!write_all() || is_last_turn) return;
  }
}

bool Sink::write_all() {
  for (bool found = true; found;) {
    found = false;
    for (const auto& ring : rings_) {
      const std::size_t size = ring->take_lines(lines_);
      if (size == 0) continue;
      found = true;
      if (!write(std::span(lines_).first(size))) return false;
    }
  }
  return true;
}

bool Sink::write(std::span<const char> lines) {
  while (!lines.empty()) {
    const ssize_t written = ::write(descriptor_, lines.data(), lines.size());
    if (written > 0) {
      is_failing_ = false;
      lines = lines.subspan(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      if (!wait_for_reader()) return false;
    } else if (errno != EINTR) {
      note_error(errno);
      if (!pause()) return false;
    }
  }
  return true;
}

bool Sink::pause() {
  std::unique_lock lock(mutex_);
  return !wakeup_.wait_for(lock, kInterval, [this] { return is_stopping_; });
}

bool Sink::wait_for_reader() {
  pollfd wanted{descriptor_, POLLOUT, 0};
  if (::poll(&wanted, 1, static_cast<int>(kInterval.count())) > 0) return true;
  const std::lock_guard lock(mutex_);
  return !is_stopping_;
}

void Sink::note_error(int error) {
  if (is_failing_) return;
  is_failing_ = true;
  log_.warn("the access log cannot be written", {{"error", std::generic_category().message(error)}});
}

}  // namespace wayside::accesslog
