#include "metrics/text_writer.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace wayside::metrics {
namespace {

// Enough for 20 integer digits, or for 17 significant ones with sign, point, four leading zeros or an
// exponent.
using NumberText = std::array<char, 40>;

// Where repr() goes over to exponents.
constexpr double kLeastFixed = 1e-4;
constexpr double kLeastTooLargeForFixed = 1e16;

std::string_view text_of(FamilyType type) noexcept {
  switch (type) {
    case FamilyType::kCounter:
      return "counter";
    case FamilyType::kGauge:
      return "gauge";
    case FamilyType::kHistogram:
      return "histogram";
  }
  return "untyped";
}

}  // namespace

void append_value(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "NaN";
    return;
  }
  if (std::isinf(value)) {
    out += value > 0 ? "+Inf" : "-Inf";
    return;
  }
  const double magnitude = std::abs(value);
  const bool is_fixed = magnitude == 0 || (magnitude >= kLeastFixed && magnitude < kLeastTooLargeForFixed);
  NumberText buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                 is_fixed ? std::chars_format::fixed : std::chars_format::scientific)
                       .ptr;
  const std::string_view digits(buffer.data(), end);
  out += digits;
  if (is_fixed && digits.find('.') == std::string_view::npos) out += ".0";
}

void append_value(std::string& out, std::uint64_t value) {
  NumberText buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  out.append(buffer.data(), end);
  out += ".0";
}

void TextWriter::family(std::string_view name, FamilyType type, std::string_view help) {
  out_.append("# HELP ").append(name).append(" ").append(help);
  out_.append("\n# TYPE ").append(name).append(" ").append(text_of(type)).append("\n");
}

}  // namespace wayside::metrics
