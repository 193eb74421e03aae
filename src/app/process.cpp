#include "wayside/app/process.hpp"

#include <csignal>
#include <cstddef>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

namespace wayside::app {
namespace {

void set_hangup_mask(int how) noexcept {
  sigset_t hangup;
  sigemptyset(&hangup);
  sigaddset(&hangup, SIGHUP);
  ::pthread_sigmask(how, &hangup, nullptr);
}

// Otherwise a socket could get the number of a standard stream and receive the log.
void occupy_standard_descriptors() noexcept {
  for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; ++descriptor) {
    // open(2) takes the lowest free number. O_RDONLY makes writes fail.
    if (::fcntl(descriptor, F_GETFD) < 0) static_cast<void>(::open("/dev/null", O_RDONLY));
  }
}

// glibc maps large blocks and unmaps them when they are freed, but raises the threshold to the largest block
// ever freed: after a scrape, a page of megabytes would come from a heap and stay there. Setting the
// threshold, here to its default, keeps it (mallopt(3)).
void unmap_large_blocks() noexcept {
  constexpr int kLarge = 128 * 1024;
  ::mallopt(M_MMAP_THRESHOLD, kLarge);
}

}  // namespace

std::span<const char* const> arguments(int argc, char* argv[]) noexcept {
  return {argv, static_cast<std::size_t>(argc)};
}

std::span<const char* const> environment() noexcept {
  std::size_t count = 0;
  while (environ[count] != nullptr)
    ++count;
  return {environ, count};
}

void prepare_process() noexcept {
  unmap_large_blocks();
  occupy_standard_descriptors();
  std::signal(SIGPIPE, SIG_IGN);
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
}

void hold_back_hangups() noexcept {
  set_hangup_mask(SIG_BLOCK);
}

void allow_hangups() noexcept {
  set_hangup_mask(SIG_UNBLOCK);
}

void give_way_to_other_threads() noexcept {
  // On Linux the nice value is the thread's (setpriority(2), NOTES). The thread still gets a tenth of a busy
  // processor.
  constexpr int kNice = 10;
  ::setpriority(PRIO_PROCESS, 0, kNice);
}

}  // namespace wayside::app
