// Prometheus' text exposition format 0.0.4, line by line.
//
// Knows how lines look; not which there are, nor in what order: a caller writes each family as one family()
// followed by its samples, none of them twice. Numbers are written as Python's repr() writes a float, which
// is what Python's Prometheus client is known for: the shortest digits that read back as the same number, and
// always a point or an exponent ("4.0", "0.005", "1e-05"). The locale has no say.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace wayside::metrics {

// Appends a number as described above; "+Inf", "-Inf" and "NaN" where it is none.
void append_value(std::string& out, double value);
// All digits, and ".0". (Above 2^53 a reader that keeps samples as doubles rounds.)
void append_value(std::string& out, std::uint64_t value);

enum class FamilyType : std::uint8_t { kCounter, kGauge, kHistogram };

class TextWriter {
 public:
  // Appends to `out`, which outlives the writer.
  explicit TextWriter(std::string& out) noexcept : out_(out) {}

  // Opens a family. `help` holds neither backslash nor line feed: all of ours are literals.
  void family(std::string_view name, FamilyType type, std::string_view help);

  // One sample. The parts, written one after the other, are its name and its labels (values escaped, names in
  // ascending order, no blank at the end).
  template <class Number>
  void sample(std::initializer_list<std::string_view> name_and_labels, Number value) {
    for (const std::string_view part : name_and_labels)
      out_.append(part);
    out_ += ' ';
    append_value(out_, value);
    out_ += '\n';
  }

 private:
  std::string& out_;
};

}  // namespace wayside::metrics
