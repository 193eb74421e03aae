// What a scrape reads: every family, under the chosen names, in Prometheus' text format 0.0.4.
//
// Decides which families there are, what they are called and in which order they come; the numbers are the
// registry's, the look of a line is TextWriter's. Nothing here knows how the text travels.
#pragma once

#include "wayside/metrics/naming.hpp"
#include "wayside/metrics/registry.hpp"
#include "wayside/metrics/snapshot.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::metrics {

class ProcessMetrics;
class TextWriter;

// The media type of what Exposition::render writes. Prometheus 3 refuses a scrape without one.
inline constexpr std::string_view kTextContentType = "text/plain; version=0.0.4; charset=utf-8";

struct ExpositionOptions {
  std::vector<Naming> namings{Naming::kHttp};  // each prints its own families, from the same numbers
  std::string version;                         // of the program, for wayside_build_info
  std::string revision;                        // of its source; empty: not known
};

class Exposition {
 public:
  // `registry` outlives the exposition.
  Exposition(const Registry& registry, ExpositionOptions options);
  ~Exposition();
  Exposition(const Exposition&) = delete;
  Exposition& operator=(const Exposition&) = delete;

  // Appends one whole scrape to `out`: a snapshot of the registry, build information, and the process' own
  // figures. Series are ordered by their labels, so that two scrapes differ only in their numbers. Within a
  // scrape every
  // `_count` equals the `+Inf` bucket, and all namings show the same numbers.
  // One thread at a time (memory is reused from scrape to scrape), while the workers count. Throws
  // std::bad_alloc.
  void render(std::string& out);

 private:
  struct FamilyNames;
  static const FamilyNames& names_of(Naming naming);

  void write_counts(const FamilyNames& names, TextWriter& writer) const;
  void write_durations(const FamilyNames& names, TextWriter& writer);
  void write_build_info(TextWriter& writer) const;

  const Registry& registry_;
  const ExpositionOptions options_;
  std::vector<std::string> endpoint_labels_;  // `endpoint="…"`, escaped, by LabelIndex
  std::vector<std::string> bound_values_;     // the values of `le`, by bucket
  std::unique_ptr<const ProcessMetrics> process_metrics_;

  Snapshot snapshot_;
  std::string bucket_head_;  // the text of a bucket's line before the value of `le`, and after it
  std::string bucket_tail_;
};

}  // namespace wayside::metrics
