// The page of /metrics: every family of metrics/families.hpp, under the chosen names, in the format that was
// asked for. Knows nothing of HTTP.
#pragma once

#include "wayside/metrics/format.hpp"
#include "wayside/metrics/naming.hpp"
#include "wayside/metrics/registry.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wayside::metrics {

struct ExpositionOptions {
  std::vector<Naming> namings{Naming::kHttp};  // each prints its own families, from the same numbers
  Renaming renaming;                           // without mistakes_of
  std::string version;                         // of the program, for wayside_build_info
  std::string revision;                        // of its source; empty: not known
  // The number of lines of the log that were dropped so far, which the workers do not count; empty: 0.
  std::function<std::uint64_t()> log_lines_dropped{};
  // Whether the backend is up; nothing while that is not known. Empty: it never is.
  std::function<std::optional<bool>()> backend_is_up{};
  // When each certificate of a listener expires, by its name. Empty: there are none.
  using Expiries = std::map<std::string, std::chrono::system_clock::time_point>;
  std::function<Expiries()> certificate_expiries{};
};

// The state of the configuration, as the exposition shows it.
struct ConfigurationState {
  std::size_t route_count = 0;
  bool last_reload_successful = true;
  std::chrono::system_clock::time_point last_reload_success{};  // or the start
  bool was_reloaded = false;                                    // with success, since the start
  std::string last_reload_error{};  // the first line of why the last reload changed nothing
};

struct ScrapeRequest {
  Format format = Format::kText;
  // Names of families, or of their samples; empty: all families.
  std::vector<std::string> names;
  // If set, called between two series after each kPieceBytes: others may have to wait while a large page is
  // made.
  std::function<void()> between_pieces{};
  static constexpr std::size_t kPieceBytes = 32 * 1024;
};

// One thread at a time, while the workers count.
class Exposition {
 public:
  // `registry` outlives the exposition, and has the detail of otel if one of the namings is kOtel.
  Exposition(const Registry& registry, ExpositionOptions options);
  ~Exposition();
  Exposition(const Exposition&) = delete;
  Exposition& operator=(const Exposition&) = delete;

  // Whether there is anything that Format::kProtobuf alone shows.
  bool has_native_histograms() const noexcept;

  void set_configuration(const ConfigurationState& state);

  // Appends one whole page to `out`. Series are ordered by their labels, so that two scrapes differ only in
  // their numbers. Within a scrape every `_count` equals the `+Inf` bucket, and all namings show the same
  // numbers. Memory is reused from scrape to scrape, and label text is made once for each series. Throws
  // std::bad_alloc.
  void render(std::string& out, const ScrapeRequest& request = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wayside::metrics
