#include "metrics/process_metrics.hpp"

#include "metrics/scrape_values.hpp"

#include <cstdint>
#include <dirent.h>
#include <fstream>
#include <locale>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>
#include <utility>

namespace wayside::metrics {
namespace {

namespace fs = std::filesystem;

// Fields 20, 22, 23 and 24 of proc_pid_stat(5).
struct Stat {
  std::uint64_t threads = 0;
  std::uint64_t start_ticks = 0;  // after boot
  std::uint64_t virtual_memory_bytes = 0;
  std::uint64_t resident_pages = 0;
};

std::optional<Stat> read_stat(const fs::path& path) {
  std::ifstream file(path);
  // Field 2 is the program's name in parentheses, which may itself hold parentheses, blanks and line feeds.
  // So the whole file is read, up to a NUL that never comes, and the last parenthesis ends the name.
  std::string text;
  std::getline(file, text, '\0');
  const std::size_t end_of_name = text.rfind(')');
  if (end_of_name == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(end_of_name + 1));
  fields.imbue(std::locale::classic());
  const auto skip = [&fields](int count) {
    for (std::string field; count > 0; --count)
      fields >> field;
  };
  Stat stat;
  skip(17);  // 3 … 19
  fields >> stat.threads;
  skip(1);
  fields >> stat.start_ticks >> stat.virtual_memory_bytes >> stat.resident_pages;
  if (!fields) return std::nullopt;
  return stat;
}

// The start of the machine, in seconds since the Unix epoch: the line "btime" of proc_stat(5).
std::optional<double> read_boot_time(const fs::path& path) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    fields.imbue(std::locale::classic());
    std::string key;
    std::uint64_t seconds = 0;
    if (fields >> key >> seconds && key == "btime") return static_cast<double>(seconds);
  }
  return std::nullopt;
}

// With opendir(3): a std::filesystem::directory_iterator terminates the process where memory runs out
// (libstdc++ 12).
std::optional<std::uint64_t> count_open_descriptors(const fs::path& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), &::closedir);
  if (directory == nullptr) return std::nullopt;
  std::uint64_t count = 0;
  while (const dirent* const entry = ::readdir(directory.get()))
    count += entry->d_name[0] != '.' ? 1 : 0;
  if (count == 0) return std::nullopt;
  return count - 1;  // without the descriptor that reads the directory
}

double seconds_of(const timeval& time) {
  constexpr double kMicrosecondsPerSecond = 1e6;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / kMicrosecondsPerSecond;
}

// Finer than the clock ticks of /proc/self/stat.
std::optional<double> read_cpu_seconds() {
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) != 0) return std::nullopt;
  return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

// The soft limit; nothing: unlimited.
std::optional<std::uint64_t> read_limit(decltype(RLIMIT_AS) resource) {
  rlimit limit{};
  if (::getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return std::nullopt;
  return limit.rlim_cur;
}

}  // namespace

ProcessMetrics::ProcessMetrics(fs::path proc) : proc_(std::move(proc)) {
  const std::optional<Stat> stat = read_stat(proc_ / "self" / "stat");
  const std::optional<double> boot_time = read_boot_time(proc_ / "stat");
  const long ticks_per_second = ::sysconf(_SC_CLK_TCK);
  if (!stat || !boot_time || ticks_per_second <= 0) return;
  start_time_seconds_ =
      *boot_time + static_cast<double>(stat->start_ticks) / static_cast<double>(ticks_per_second);
}

void ProcessMetrics::read(ScrapeValues& values) const {
  values.set("process_cpu_seconds_total", read_cpu_seconds());
  values.set("process_max_fds", read_limit(RLIMIT_NOFILE));
  values.set("process_open_fds", count_open_descriptors(proc_ / "self" / "fd"));
  values.set("process_start_time_seconds", start_time_seconds_);
  values.set("process_virtual_memory_max_bytes", read_limit(RLIMIT_AS));
  const std::optional<Stat> stat = read_stat(proc_ / "self" / "stat");
  if (!stat) return;
  values.set("process_threads", stat->threads);
  values.set("process_virtual_memory_bytes", stat->virtual_memory_bytes);
  const long page_bytes = ::sysconf(_SC_PAGESIZE);
  if (page_bytes > 0) {
    values.set("process_resident_memory_bytes",
               stat->resident_pages * static_cast<std::uint64_t>(page_bytes));
  }
}

}  // namespace wayside::metrics
