#include "wayside/output/standard_streams.hpp"

#include "output/bell.hpp"
#include "output/log_queue.hpp"
#include "output/writer.hpp"

#include <optional>
#include <sys/stat.h>
#include <vector>

namespace wayside::output {
namespace {

// One second at 3,000 requests per second; at full speed, several turns of the thread.
constexpr std::size_t kRingBytes = std::size_t{1} << 20U;

// The warnings of a reload about 1,500 routes.
constexpr std::size_t kLogBytes = std::size_t{256} << 10U;

// Workers do not ring the bell, which would cost a system call for each line.
constexpr Milliseconds kAccessLogInterval{20};

bool are_the_same_file(int one, int other) noexcept {
  struct stat first {};
  struct stat second {};
  return ::fstat(one, &first) == 0 && ::fstat(other, &second) == 0 && first.st_dev == second.st_dev &&
         first.st_ino == second.st_ino;
}

}  // namespace

struct StandardStreams::Impl {
  Impl(LogLevel threshold, std::size_t ring_count, Descriptors descriptors, Milliseconds timeout)
      : flush_timeout(timeout) {
    for (std::size_t i = 0; i < ring_count; ++i)
      rings.push_back(std::make_shared<Ring>(kRingBytes));
    log = std::make_unique<Logger>(threshold, *queue);

    Writer::Options to_error{descriptors.error, {queue}, bell, {}, {}};
    if (!rings.empty() && are_the_same_file(descriptors.output, descriptors.error)) {
      to_error.sources.insert(to_error.sources.end(), rings.begin(), rings.end());
      to_error.interval = kAccessLogInterval;
    } else if (!rings.empty()) {
      output.emplace(Writer::Options{descriptors.output,
                                     {rings.begin(), rings.end()},
                                     std::make_shared<Bell>(),
                                     kAccessLogInterval,
                                     [threshold, own_queue = queue](const error_code& why) {
                                       Logger(threshold, *own_queue)
                                           .warn("the access log cannot be written",
                                                 {{"error", why.message()}});
                                     }});
    }
    error.emplace(std::move(to_error));
  }

  // The log ends last, as it reports failures of the access log, and part of the time is reserved for it.
  ~Impl() {
    const TimePoint now = Clock::now();
    if (output) output->end(now + flush_timeout * 3 / 4);
    error->end(now + flush_timeout);
  }

  const Milliseconds flush_timeout;
  // Shared with the writers, whose threads may outlive them.
  const std::shared_ptr<Bell> bell = std::make_shared<Bell>();
  const std::shared_ptr<LogQueue> queue = std::make_shared<LogQueue>(bell, kLogBytes);
  std::vector<std::shared_ptr<Ring>> rings;
  std::unique_ptr<const Logger> log;
  std::optional<Writer> output;
  std::optional<Writer> error;
};

StandardStreams::StandardStreams(LogLevel threshold, std::size_t ring_count, Descriptors descriptors,
                                 Milliseconds flush_timeout)
    : impl_(std::make_unique<Impl>(threshold, ring_count, descriptors, flush_timeout)) {}

StandardStreams::~StandardStreams() = default;

const Logger& StandardStreams::log() const noexcept {
  return *impl_->log;
}

Ring& StandardStreams::access_log(std::size_t index) noexcept {
  return *impl_->rings[index];
}

}  // namespace wayside::output
