#include "wayside/app/process.hpp"

#include "wayside/app/version.hpp"

#include <boost/version.hpp>

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

// A socket that took the number of a standard stream would be sent the log.
void occupy_standard_descriptors() noexcept {
  for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; ++descriptor) {
    // open(2) takes the lowest number that is free. Reading alone is allowed, so that what is written fails.
    if (::fcntl(descriptor, F_GETFD) < 0) static_cast<void>(::open("/dev/null", O_RDONLY));
  }
}

// glibc takes large blocks from the system and gives them back when they are freed, but raises the size from
// which on it does so to that of the largest block ever freed: after a scrape, a page of megabytes would be
// taken from a heap, and stay there. A size that was set is kept (mallopt(3)); this is the one it begins
// with.
void give_large_blocks_back() noexcept {
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
  give_large_blocks_back();
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
  // On Linux the nice value is the thread's (setpriority(2), NOTES). It still has a tenth of a busy
  // processor.
  constexpr int kNice = 10;
  ::setpriority(PRIO_PROCESS, 0, kNice);
}

std::string version_text() {
  std::string text = "wayside " + std::string(kVersion);
  if (!kRevision.empty()) text += " (" + std::string(kRevision) + ")";
  text += "\nBoost " BOOST_LIB_VERSION ", " __VERSION__ "\n";
  return text;
}

}  // namespace wayside::app
