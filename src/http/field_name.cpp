#include "wayside/http/field_name.hpp"

#include "wayside/base/text.hpp"

#include "http/field_kinds.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace wayside::http {
namespace {

struct Known {
  std::string_view text;  // in lower case
  field id = field::unknown;
};

// Names that Beast does not know.
constexpr Known kKnown[] = {
    {"proxy", kProxy},
    {"traceparent", kTraceParent},
    {"x-queue-start", kXQueueStart},
    {"x-forwarded-for", kXForwardedFor},
    {"x-request-start", kXRequestStart},
    {"x-forwarded-host", kXForwardedHost},
    {"x-forwarded-proto", kXForwardedProto},
};

// Setting this bit turns a capital into its small letter. No other character of a token becomes a letter, a
// digit or "-".
constexpr char kCaseBit = 0x20;

// Size and last letter tell the known names apart, so a look-up compares one slot.
constexpr std::size_t kSlots = 32;
constexpr std::size_t slot_of(std::string_view name, std::size_t factor) noexcept {
  const std::size_t last_letter = static_cast<unsigned char>(name.back()) % 32;  // in either case
  return (name.size() * 32 + last_letter) * factor / 64 % kSlots;
}

// The smallest factor that gives each known name a separate slot.
constexpr std::size_t kFactor = [] {
  for (std::size_t factor = 1;; ++factor) {
    std::array<bool, kSlots> taken{};
    if (std::ranges::none_of(kKnown, [&](const Known& known) {
          return std::exchange(taken[slot_of(known.text, factor)], true);
        }))
      return factor;
  }
}();

constexpr std::array<Known, kSlots> kTable = [] {
  std::array<Known, kSlots> table{};
  for (const Known& known : kKnown)
    table[slot_of(known.text, kFactor)] = known;
  return table;
}();

std::uint64_t eight_bytes(const char* from) noexcept {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, from, sizeof bytes);
  return bytes;
}

// Compares texts of equal size; `lower` is a known name.
bool equals_lower(std::string_view name, std::string_view lower) noexcept {
  constexpr std::uint64_t kCaseBits = 0x2020'2020'2020'2020;
  constexpr std::size_t kStep = sizeof(std::uint64_t);
  const std::size_t size = name.size();
  if (size < kStep) {
    for (std::size_t i = 0; i < size; ++i) {
      if ((name[i] | kCaseBit) != lower[i]) return false;
    }
    return true;
  }
  const auto differs = [&](std::size_t at) {
    return (eight_bytes(name.data() + at) | kCaseBits) != eight_bytes(lower.data() + at);
  };
  for (std::size_t at = 0; at + kStep < size; at += kStep) {
    if (differs(at)) return false;
  }
  return !differs(size - kStep);
}

bool describes_body(std::string_view name) noexcept {
  return is_spelling_of(name, "content-length") || is_spelling_of(name, "content-type") ||
         is_spelling_of(name, "transfer-encoding");
}

// The number of a name that Beast does not know.
field number_of(std::string_view name) noexcept {
  const Known& known = kTable[slot_of(name, kFactor)];
  if (known.text.size() == name.size() && equals_lower(name, known.text)) return known.id;
  if (name.find('_') == name.npos) return field::unknown;
  const bool is_twin = is_set_by_proxies(name) || describes_body(name);
  return is_twin ? kUnderscoreTwin : field::unknown;
}

}  // namespace

field field_name(field known_to_beast, std::string_view name) noexcept {
  if (known_to_beast != field::unknown || name.empty()) return known_to_beast;
  return number_of(name);
}

field field_name(std::string_view name) noexcept {
  return field_name(boost::beast::http::string_to_field(name), name);
}

}  // namespace wayside::http
