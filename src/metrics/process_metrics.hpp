// The process' own figures: the process_* families that every Prometheus client library has, from /proc.
//
// A figure that cannot be read (no /proc, no permission, no limit set) is left out rather than guessed.
// Prometheus' list of conventional names also has process_heap_bytes, which the kernel does not know.
#pragma once

#include <filesystem>
#include <optional>

namespace wayside::metrics {

class ScrapeValues;

class ProcessMetrics {
 public:
  // Reads the start of the process, which never changes. `proc` is where procfs is mounted.
  explicit ProcessMetrics(std::filesystem::path proc = "/proc");

  // Reads the rest, and sets all of them. Any thread.
  void read(ScrapeValues& values) const;

 private:
  std::filesystem::path proc_;
  std::optional<double> start_time_seconds_;  // since the Unix epoch
};

}  // namespace wayside::metrics
