#include "wayside/app/process.hpp"

#include "wayside/app/version.hpp"

#include <boost/version.hpp>

#include <csignal>
#include <cstddef>
#include <fcntl.h>
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
