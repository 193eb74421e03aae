#include "wayside/base/json_writer.hpp"

#include "wayside/base/escape.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace wayside {

JsonWriter& JsonWriter::new_line() {
  separate();
  out_ += '\n';
  is_first_ = true;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  append_json_string(out_, name);
  out_ += ':';
  is_first_ = true;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  separate();
  append_json_string(out_, text);
  return *this;
}

JsonWriter& JsonWriter::value(double number) {
  if (!std::isfinite(number)) return null();
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return raw({text.data(), end});
}

JsonWriter& JsonWriter::value(Rounded measured) {
  constexpr int kDigits = 6;
  if (!std::isfinite(measured.number)) return null();
  if (measured.number == 0) return raw("0");
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), measured.number,
                                 std::chars_format::general, kDigits)
                       .ptr;
  return raw({text.data(), end});
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  out_ += bracket;
  is_first_ = true;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  out_ += bracket;
  is_first_ = false;
  return *this;
}

JsonWriter& JsonWriter::whole(std::uint64_t number) {
  std::array<char, 20> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return raw({text.data(), end});
}

JsonWriter& JsonWriter::raw(std::string_view text) {
  separate();
  out_ += text;
  return *this;
}

void JsonWriter::separate() {
  if (!is_first_) out_ += ',';
  is_first_ = false;
}

}  // namespace wayside
