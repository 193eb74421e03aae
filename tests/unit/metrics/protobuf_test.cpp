#include "metrics/protobuf.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace wayside::metrics::protobuf {
namespace {

using namespace std::string_literals;

template <class Append>
std::string appended(Append append) {
  std::string out;
  append(out);
  return out;
}

// The examples of the encoding's documentation are among these.
TEST(Protobuf, WritesFields) {
  EXPECT_EQ(appended([](auto& out) { append_unsigned(out, 1, 150); }), "\x08\x96\x01");
  EXPECT_EQ(appended([](auto& out) { append_unsigned(out, 16, 0); }), "\x80\x01\x00"s);
  EXPECT_EQ(appended([](auto& out) { append_unsigned(out, 1, std::numeric_limits<std::uint64_t>::max()); }),
            "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
  EXPECT_EQ(appended([](auto& out) { append_text(out, 2, "testing"); }), "\x12\x07testing");
  EXPECT_EQ(appended([](auto& out) { append_double(out, 1, 1.0); }), "\x09\0\0\0\0\0\0\xf0\x3f"s);
}

TEST(Protobuf, WritesSignedNumbersInZigzag) {
  const struct {
    std::int64_t value;
    std::string text;
  } rows[] = {
      {0, "\x08\x00"s},
      {-1, "\x08\x01"},
      {1, "\x08\x02"},
      {-2, "\x08\x03"},
      {64, "\x08\x80\x01"},
      {std::numeric_limits<std::int64_t>::max(), "\x08\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"},
      {std::numeric_limits<std::int64_t>::min(), "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"},
  };
  for (const auto& row : rows)
    EXPECT_EQ(appended([&](auto& out) { append_signed(out, 1, row.value); }), row.text) << row.value;
}

TEST(Protobuf, NestsMessagesOfAnyLength) {
  const std::string long_text(200, 'x');
  const std::string written = appended([&](auto& out) {
    const std::size_t outer = open_delimited(out);
    const std::size_t inner = open_message(out, 3);
    append_text(out, 1, long_text);
    close_message(out, inner);
    close_message(out, open_message(out, 4));
    close_message(out, outer);
  });
  // 203 bytes in the inner message, 206 for it and 2 for the empty one in the outer.
  EXPECT_EQ(written, "\xd0\x01\x1a\xcb\x01\x0a\xc8\x01" + long_text + "\x22\x00"s);
}

}  // namespace
}  // namespace wayside::metrics::protobuf
