// The process' own figures: the process_* families that every Prometheus client library has, from /proc.
//
// What cannot be had (no /proc, no permission, no limit set) is left out rather than guessed. Prometheus'
// list of conventional names also has process_heap_bytes: the kernel does not know it, so it is always left
// out.
#pragma once

#include <filesystem>
#include <optional>

namespace wayside::metrics {

class TextWriter;

class ProcessMetrics {
 public:
  // Reads what never changes: when the process started. `proc` is where procfs is mounted.
  explicit ProcessMetrics(std::filesystem::path proc = "/proc");

  // Reads the rest and writes it all. Any thread.
  void write(TextWriter& writer) const;

 private:
  std::filesystem::path proc_;
  std::optional<double> start_time_seconds_;  // since the Unix epoch
};

}  // namespace wayside::metrics
