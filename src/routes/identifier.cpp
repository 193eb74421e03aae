#include "routes/identifier.hpp"

#include "wayside/base/percent.hpp"
#include "wayside/base/text.hpp"

#include "routes/letter_pairs.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace wayside::routes {
namespace {

constexpr std::size_t kLongestWord = 64;

// Texts with this sum of likelihoods, or a lower one, are no words. A segment of several parts needs more.
constexpr int kTokenLikelihood = -6;
constexpr int kSegmentLikelihood = -8;
// Words have digits only at their ends, if at all.
constexpr int kBesideDigit = -4;
constexpr int kBeforeCapital = -1;

constexpr auto kExtensions = std::to_array<std::string_view>(
    {".aac",  ".asp",  ".aspx", ".atom", ".avi",  ".avif", ".bin", ".bmp",  ".bz2",  ".css",  ".csv",
     ".deb",  ".doc",  ".docx", ".epub", ".exe",  ".flac", ".gif", ".gz",   ".htm",  ".html", ".ico",
     ".ics",  ".jar",  ".jpeg", ".jpg",  ".js",   ".json", ".jsp", ".m3u8", ".map",  ".md",   ".mjs",
     ".mov",  ".mp3",  ".mp4",  ".mpd",  ".ods",  ".odt",  ".ogg", ".pdf",  ".php",  ".png",  ".ppt",
     ".pptx", ".ps",   ".rar",  ".rpm",  ".rss",  ".rtf",  ".svg", ".tar",  ".tgz",  ".tif",  ".tiff",
     ".ts",   ".tsv",  ".ttf",  ".txt",  ".vcf",  ".wasm", ".wav", ".webm", ".webp", ".woff", ".woff2",
     ".xls",  ".xlsx", ".xml",  ".xz",   ".yaml", ".yml",  ".zip", ".zst"});

enum class CharClass { kDigit, kLower, kUpper, kOther };

CharClass class_of(char c) noexcept {
  if (is_digit(c)) return CharClass::kDigit;
  if (!is_letter(c)) return CharClass::kOther;
  return c == to_lower(c) ? CharClass::kLower : CharClass::kUpper;
}

// The characters of a part of a segment, or of all its parts, by class.
struct CharCounts {
  std::size_t digits = 0;
  std::size_t hex_letters = 0;
  std::size_t other_letters = 0;
  std::size_t upper = 0;
  std::size_t lower = 0;
  std::size_t others = 0;
  std::size_t changes = 0;      // from letter to digit or back, and from a small letter to a capital
  std::size_t lower_pairs = 0;  // of small letters, one behind the other
  int likelihood = 0;           // the sum over all pairs of neighbours

  std::size_t letters() const noexcept { return hex_letters + other_letters; }
  std::size_t size() const noexcept { return digits + letters() + others; }
  bool is_mixed() const noexcept { return upper != 0 && lower != 0; }

  // Whether the neighbours are unlikely in a word. Small letters of a word stay together, whereas random ones
  // of both cases do not.
  bool is_unlikely(int limit) const noexcept {
    const int kept_case = is_mixed() ? static_cast<int>(lower_pairs) : 0;
    return (digits != 0 || is_mixed()) && likelihood + kept_case <= limit;
  }

  void add(const CharCounts& part) noexcept {
    digits += part.digits;
    upper += part.upper;
    lower += part.lower;
    lower_pairs += part.lower_pairs;
    likelihood += part.likelihood;
  }
};

int likelihood_of(char first, CharClass its_class, char second, CharClass second_class) noexcept {
  if (its_class == CharClass::kOther || second_class == CharClass::kOther) return 0;
  if (its_class == CharClass::kDigit || second_class == CharClass::kDigit)
    return its_class == second_class ? 0 : kBesideDigit;
  if (its_class == CharClass::kLower && second_class == CharClass::kUpper) return kBeforeCapital;
  return likelihood_in_words(first, second);
}

CharCounts count_chars(std::string_view part) noexcept {
  CharCounts counts;
  char before = '\0';
  CharClass last = CharClass::kOther;
  for (const char c : part) {
    const CharClass current = class_of(c);
    const bool is_hex = is_letter(c) && is_hex_digit(c);
    counts.digits += current == CharClass::kDigit ? 1U : 0U;
    counts.hex_letters += is_hex ? 1U : 0U;
    counts.other_letters += is_letter(c) && !is_hex ? 1U : 0U;
    counts.upper += current == CharClass::kUpper ? 1U : 0U;
    counts.lower += current == CharClass::kLower ? 1U : 0U;
    counts.others += current == CharClass::kOther ? 1U : 0U;
    // A capital before small letters begins a word: "userName" changes once.
    const bool is_change = current != last && last != CharClass::kOther && current != CharClass::kOther;
    const bool begins_word = last == CharClass::kUpper && current == CharClass::kLower;
    counts.changes += is_change && !begins_word ? 1U : 0U;
    counts.lower_pairs += last == CharClass::kLower && current == CharClass::kLower ? 1U : 0U;
    counts.likelihood += likelihood_of(before, last, c, current);
    last = current;
    before = c;
  }
  return counts;
}

// The segment with its percent-encoded bytes as bytes, at most kLongestWord of them.
std::string_view decode(std::string_view segment, std::array<char, kLongestWord>& out) noexcept {
  if (segment.find('%') == std::string_view::npos) return segment;
  std::size_t size = 0;
  for (std::size_t i = 0; i < segment.size(); ++i) {
    const int byte = percent_decoded_byte(segment, i);
    out[size++] = byte < 0 ? segment[i] : static_cast<char>(byte);
    if (byte >= 0) i += kPercentTriple - 1;
  }
  return {out.data(), size};
}

// "1.0", "2.1.13": versions are words of the program.
bool is_dotted_version(std::string_view segment) noexcept {
  std::size_t parts = 0;
  for (bool is_over = false; !is_over; ++parts) {
    const std::size_t dot = segment.find('.');
    const std::string_view part = segment.substr(0, dot);
    is_over = dot == std::string_view::npos;
    if (part.empty() || part.size() > 3 || !std::ranges::all_of(part, is_digit)) return false;
    if (!is_over) segment.remove_prefix(dot + 1);
  }
  return parts == 2 || parts == 3;
}

// "v1", "v20180820", "v1p1beta1", "v2alpha".
bool is_api_version(std::string_view segment) noexcept {
  constexpr auto kStages = std::to_array<std::string_view>({"", "alpha", "beta", "p", "preview", "rc"});
  if (segment.size() < 2 || segment[0] != 'v' || !is_digit(segment[1])) return false;
  segment.remove_prefix(1);
  while (!segment.empty()) {
    const auto stage = std::ranges::find_if(segment, is_digit);
    const auto size = static_cast<std::size_t>(stage - segment.begin());
    if (std::ranges::find(kStages, segment.substr(0, size)) == kStages.end()) return false;
    segment.remove_prefix(size);
    segment.remove_prefix(
        static_cast<std::size_t>(std::ranges::find_if_not(segment, is_digit) - segment.begin()));
  }
  return true;
}

// Numbers, and texts of digits and punctuation: dates, times, coordinates.
bool is_numeric(std::string_view segment) noexcept {
  constexpr std::string_view kPunctuation = "+-.,:_";
  bool has_digit = false;
  for (const char c : segment) {
    const bool is_of_time = has_digit && (c == 'T' || c == 'Z');  // 2024-01-31T12:00:00Z
    if (!is_digit(c) && !is_of_time && kPunctuation.find(c) == std::string_view::npos) return false;
    has_digit = has_digit || is_digit(c);
  }
  return has_digit;
}

bool is_email(std::string_view segment) noexcept {
  const std::size_t at = segment.find('@');
  if (at == std::string_view::npos || at == 0) return false;
  const std::string_view host = segment.substr(at + 1);
  const std::size_t dot = host.find('.');
  return dot != std::string_view::npos && dot != 0 && dot + 1 < host.size();
}

// Groups of hexadecimal digits between separators.
bool is_grouped_hex(std::string_view segment, std::size_t group, char separator) noexcept {
  for (std::size_t i = 0; i < segment.size(); ++i) {
    const bool is_between = i % (group + 1) == group;
    if (is_between ? segment[i] != separator : !is_hex_digit(segment[i])) return false;
  }
  return true;
}

// MAC addresses of 48 and 64 bits, as IEEE, Windows and Cisco write them.
bool is_hardware_address(std::string_view segment) noexcept {
  constexpr std::size_t kSixPairs = 17;
  constexpr std::size_t kEightPairs = 23;
  constexpr std::size_t kThreeFours = 14;
  if (segment.size() == kThreeFours) return is_grouped_hex(segment, 4, '.');
  if (segment.size() != kSixPairs && segment.size() != kEightPairs) return false;
  return is_grouped_hex(segment, 2, ':') || is_grouped_hex(segment, 2, '-');
}

// A text of letters and digits that is no word: a hash, a random token, a serial number.
bool is_token(const CharCounts& counts) noexcept {
  if (counts.others != 0) return false;
  const std::size_t size = counts.size();
  if (counts.letters() == 0) return size >= 4;                                    // order-12345
  if (counts.other_letters == 0 && counts.digits != 0 && size >= 7) return true;  // a1b2c3d
  if (counts.other_letters == 0 && size >= 16) return true;                       // a hash without digits
  if (counts.digits >= 2 && counts.changes >= 3 && size >= 10) return true;       // k3jd82hf1x
  if (counts.digits >= 4 && size >= 8) return true;                               // SKU123456
  return size >= 8 && counts.is_unlikely(kTokenLikelihood);                       // NffrFeUfNV2Hib
}

// Whether the segment has the characters of base64 or of a nanoid alone.
bool has_token_chars(std::string_view segment) noexcept {
  static constexpr std::array<bool, 256> kTokenChars = alphanumeric_or("-_~+/");
  const std::size_t end = segment.find_last_not_of('=');
  return std::ranges::all_of(segment.substr(0, end + 1),
                             [](char c) { return kTokenChars[static_cast<unsigned char>(c)]; });
}

}  // namespace

bool looks_like_identifier(std::string_view segment) noexcept {
  if (segment.empty()) return false;
  if (segment.size() > kLongestWord) return true;
  std::array<char, kLongestWord> buffer;  // left uninitialized: decode() writes it
  const std::string_view text = decode(segment, buffer);
  if (is_dotted_version(text) || is_api_version(text)) return false;
  if (is_numeric(text) || is_email(text) || is_hardware_address(text)) return true;
  // UUIDs, "cus_9s6XKzkNRiz8i3": one token is enough.
  CharCounts all;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find_first_of("-_.~:=,!"), rest.size());
    const CharCounts part = count_chars(rest.substr(0, end));
    if (is_token(part)) return true;
    all.add(part);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  // "V1StGXR8_Z5jdHi6B-myT": its separators are as random as the rest.
  return text.size() >= 10 && all.is_unlikely(kSegmentLikelihood) && has_token_chars(text);
}

std::string_view file_extension(std::string_view segment) noexcept {
  const auto last_of = [](std::string_view name) -> std::string_view {
    const std::size_t dot = name.rfind('.');
    if (dot == std::string_view::npos || dot == 0) return {};
    const std::string_view extension = name.substr(dot);
    const auto is_extension = [extension](std::string_view known) {
      return equals_ignoring_case(known, extension);
    };
    return std::ranges::any_of(kExtensions, is_extension) ? extension : std::string_view();
  };
  std::size_t stem = segment.size() - last_of(segment).size();
  constexpr std::string_view kArchive = ".tar";
  if (stem != segment.size() && segment.substr(0, stem).ends_with(kArchive) && stem > kArchive.size())
    stem -= kArchive.size();
  return segment.substr(stem);
}

}  // namespace wayside::routes
