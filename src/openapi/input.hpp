// The text of a document as libyaml can read it.
//
// libyaml implements YAML 1.1 and refuses or misreads some of what JSON and YAML 1.2 allow:
//   - the surrogate pairs by which JSON escapes characters beyond U+FFFF: \ud83d\ude00 becomes \U0001F600,
//   and half
//     a pair \uFFFD;
//   - the characters U+007F to U+009F, U+FEFF, U+FFFE and U+FFFF: each becomes U+FFFD;
//   - the line separators U+0085, U+2028 and U+2029, which are no line breaks in YAML 1.2: each becomes
//   U+FFFD.
// UTF-16, which a byte order mark announces, goes through as it is.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace wayside::openapi {

// A place that libyaml reports, from 0.
struct Mark {
  std::size_t character = 0;  // in the whole text
  std::size_t line = 0;
  std::size_t column = 0;  // in characters
};

// A place in the text, from 1.
struct Place {
  std::size_t line = 1;
  std::size_t column = 1;  // in bytes; in UTF-16, in characters

  friend bool operator==(const Place&, const Place&) = default;
};

class Input {
 public:
  // `text` outlives the object.
  explicit Input(std::string_view text) noexcept;

  // Writes the next bytes into `out` (at least 16) and returns their number; 0 at the end.
  std::size_t read(std::span<unsigned char> out) noexcept;

  // The place in the text. Reads the text up to there: for errors.
  Place place_of(const Mark& mark) const noexcept;
  // The place of the byte at that offset of what read() returned.
  Place place_of_byte(std::size_t offset) const noexcept;

 private:
  enum class Unit { kBytes, kCharacters };
  Place place_behind(std::size_t count, Unit unit) const noexcept;

  std::string_view text_;  // without a byte order mark in UTF-8
  bool is_utf16_;
  std::size_t at_ = 0;  // the next byte of text_ to read
};

}  // namespace wayside::openapi
