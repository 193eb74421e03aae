// Writes JSON (RFC 8259) from beginning to end: commas, quotes and escapes.
//
// The caller opens and closes objects and arrays in order, and gives each member of an object its key; no
// nesting is remembered or checked. Any bytes may be in a text: see escape_json().
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wayside {

// A measured number: six significant digits are enough.
struct Rounded {
  double number = 0;
};

// Everything throws std::bad_alloc.
class JsonWriter {
 public:
  // Appends to `out`, which outlives the writer and which nothing else changes meanwhile.
  explicit JsonWriter(std::string& out) noexcept : out_(out) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  // The next element or member begins on a line of its own.
  JsonWriter& new_line();

  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  // In the fewest digits that read back as the same number. What is not finite is null.
  JsonWriter& value(double number);
  JsonWriter& value(Rounded measured);
  JsonWriter& value(std::same_as<bool> auto truth) { return raw(truth ? "true" : "false"); }
  JsonWriter& value(std::unsigned_integral auto number) requires(!std::same_as<decltype(number), bool>) {
    return whole(number);
  }
  // null where there is none.
  template <class Value>
  JsonWriter& value(const std::optional<Value>& maybe) {
    return maybe ? value(*maybe) : null();
  }
  JsonWriter& null() { return raw("null"); }

  template <class Value>
  JsonWriter& member(std::string_view name, const Value& its_value) {
    return key(name).value(its_value);
  }
  template <class Values>
  JsonWriter& array(std::string_view name, const Values& values) {
    key(name).begin_array();
    for (const auto& each : values)
      value(each);
    return end_array();
  }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  JsonWriter& whole(std::uint64_t number);
  JsonWriter& raw(std::string_view text);
  // The comma between two values or members.
  void separate();

  std::string& out_;
  bool is_first_ = true;  // in its object or array, or behind its key
};

}  // namespace wayside
