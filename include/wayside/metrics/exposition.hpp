// What a scrape reads: every family, under the chosen names, in the format that was asked for.
//
// Decides which families there are and in which order they come; the numbers are the registry's, the names
// are in names.hpp, the look of a line is TextWriter's. Nothing here knows how the text travels.
#pragma once

#include "wayside/metrics/format.hpp"
#include "wayside/metrics/naming.hpp"
#include "wayside/metrics/registry.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace wayside::metrics {

struct ExpositionOptions {
  std::vector<Naming> namings{Naming::kHttp};  // each prints its own families, from the same numbers
  Renaming renaming;                           // without mistakes_of
  std::string version;                         // of the program, for wayside_build_info
  std::string revision;                        // of its source; empty: not known
  // How many lines of the log were dropped so far, which nobody counts here; empty: none.
  std::function<std::uint64_t()> log_lines_dropped{};
};

// What the exposition says about the configuration in force.
struct ConfigurationState {
  std::size_t route_count = 0;
  bool last_reload_successful = true;
  std::chrono::system_clock::time_point last_reload_success{};
};

struct ScrapeRequest {
  Format format = Format::kText;
  // Names of families, or of their samples; empty: all families.
  std::vector<std::string> names;
  // If there is one, it is called between two series wherever another kPieceBytes were written: a large page
  // is work that others may have to wait for.
  std::function<void()> between_pieces{};
  static constexpr std::size_t kPieceBytes = 32 * 1024;
};

// One thread at a time, while the workers count.
class Exposition {
 public:
  // `registry` outlives the exposition; where one of the namings is kOtel, it has durations by status.
  Exposition(const Registry& registry, ExpositionOptions options);
  ~Exposition();
  Exposition(const Exposition&) = delete;
  Exposition& operator=(const Exposition&) = delete;

  void set_configuration(const ConfigurationState& state);

  // Appends one whole scrape to `out`: a snapshot of the registry, what wayside says about itself, and the
  // process' own figures. Series are ordered by their labels, so that two scrapes differ only in their
  // numbers. Within a scrape every `_count` equals the `+Inf` bucket, and all namings show the same numbers.
  // Memory is reused from scrape to scrape, and label text is made once for each series. Throws
  // std::bad_alloc.
  void render(std::string& out, const ScrapeRequest& request = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wayside::metrics
