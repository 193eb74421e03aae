#include "admin/gzip.hpp"

#include <gtest/gtest.h>

#include <random>
#include <zlib.h>

namespace wayside::admin {
namespace {

std::string decompressed(const std::string& bytes) {
  z_stream stream{};
  constexpr int kGzipOnly = 16;
  EXPECT_EQ(::inflateInit2(&stream, MAX_WBITS + kGzipOnly), Z_OK);
  std::string in = bytes;
  std::string out(1U << 20U, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(::inflate(&stream, Z_FINISH), Z_STREAM_END);
  EXPECT_EQ(stream.avail_in, 0U);
  out.resize(out.size() - stream.avail_out);
  ::inflateEnd(&stream);
  return out;
}

TEST(Gzip, ReadsBackAsTheText) {
  Gzip gzip;
  std::string compressed = "what was there before";
  std::mt19937 random(1);
  std::string noise(300'000, '\0');
  for (char& byte : noise)
    byte = static_cast<char>(random());
  for (const std::string& text : {std::string(), std::string("a"), std::string(500'000, 'x'), noise}) {
    gzip.compress(text, compressed);
    EXPECT_EQ(decompressed(compressed), text);
  }
}

TEST(Gzip, IsSmaller) {
  Gzip gzip;
  std::string compressed;
  gzip.compress(std::string(100'000, 'x'), compressed);
  EXPECT_LT(compressed.size(), 2'000U);
}

}  // namespace
}  // namespace wayside::admin
