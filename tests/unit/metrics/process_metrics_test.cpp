#include "metrics/process_metrics.hpp"

#include "metrics/scrape_values.hpp"

#include <gtest/gtest.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <unistd.h>

namespace wayside::metrics {
namespace {

namespace fs = std::filesystem;

ScrapeValues read(const ProcessMetrics& metrics) {
  ScrapeValues values;
  metrics.read(values);
  return values;
}

bool has(const ScrapeValues& values, ScrapeFamily family) {
  return values[family.id()].number.index() != 0;
}

// -1: left out.
double value_of(const ScrapeValues& values, ScrapeFamily family) {
  const auto& number = values[family.id()].number;
  if (const auto* whole = std::get_if<std::uint64_t>(&number)) return static_cast<double>(*whole);
  const auto* real = std::get_if<double>(&number);
  return real != nullptr ? *real : -1;
}

// A directory that looks like /proc for as long as a test runs.
class FakeProc {
 public:
  FakeProc() : root_(fs::path(testing::TempDir()) / ("wayside_proc_" + std::to_string(::getpid()))) {
    fs::create_directories(root_ / "self" / "fd");
  }
  ~FakeProc() { fs::remove_all(root_); }
  FakeProc(const FakeProc&) = delete;
  FakeProc& operator=(const FakeProc&) = delete;

  void put(const fs::path& path, std::string_view text) const { std::ofstream(root_ / path) << text; }
  const fs::path& root() const { return root_; }

 private:
  fs::path root_;
};

TEST(ProcessMetrics, DescribesThisProcess) {
  const ScrapeValues values = read(ProcessMetrics());
  EXPECT_GT(value_of(values, "process_cpu_seconds_total"), 0);
  EXPECT_GE(value_of(values, "process_open_fds"), 3);
  EXPECT_GE(value_of(values, "process_threads"), 1);
  EXPECT_GT(value_of(values, "process_resident_memory_bytes"), 1e5);
  EXPECT_GE(value_of(values, "process_virtual_memory_bytes"),
            value_of(values, "process_resident_memory_bytes"));
  const auto now = static_cast<double>(::time(nullptr));
  EXPECT_NEAR(value_of(values, "process_start_time_seconds"), now, 600);
}

TEST(ProcessMetrics, ReadsTheFieldsBehindAHostileProgramName) {
  const FakeProc proc;
  proc.put("self/stat",
           "7 (a) b (c) S 1 7 7 0 -1 4194304 2 3 4 5 6 7 8 9 20 0 11 0 500 8192000 3 18446744073709551615\n");
  proc.put("stat", "cpu  1 2 3\nintr 4\nbtime 1700000000\nprocesses 9\n");
  proc.put("self/fd/0", "");
  proc.put("self/fd/1", "");
  proc.put("self/fd/9", "");
  const ScrapeValues values = read(ProcessMetrics(proc.root()));
  EXPECT_EQ(value_of(values, "process_threads"), 11);
  EXPECT_EQ(value_of(values, "process_virtual_memory_bytes"), 8192000);
  EXPECT_EQ(value_of(values, "process_resident_memory_bytes"),
            3.0 * static_cast<double>(::sysconf(_SC_PAGESIZE)));
  EXPECT_EQ(value_of(values, "process_start_time_seconds"),
            1'700'000'000 + 500.0 / static_cast<double>(::sysconf(_SC_CLK_TCK)));
  EXPECT_EQ(value_of(values, "process_open_fds"), 2)
      << "the descriptor that reads the directory is not counted";
}

TEST(ProcessMetrics, LeavesOutWhatCannotBeHad) {
  const ScrapeValues values = read(ProcessMetrics("/nonexistent"));
  EXPECT_FALSE(has(values, "process_threads"));
  EXPECT_FALSE(has(values, "process_virtual_memory_bytes"));
  EXPECT_FALSE(has(values, "process_resident_memory_bytes"));
  EXPECT_FALSE(has(values, "process_start_time_seconds"));
  EXPECT_FALSE(has(values, "process_open_fds"));
  EXPECT_TRUE(has(values, "process_cpu_seconds_total"));
}

TEST(ProcessMetrics, LeavesOutWhatIsCutOff) {
  const FakeProc proc;
  proc.put("self/stat", "7 (wayside) S 1 7 7 0 -1 4194304 2 3 4");
  proc.put("stat", "btime\n");
  const ScrapeValues values = read(ProcessMetrics(proc.root()));
  EXPECT_FALSE(has(values, "process_threads"));
  EXPECT_FALSE(has(values, "process_start_time_seconds"));
}

}  // namespace
}  // namespace wayside::metrics
