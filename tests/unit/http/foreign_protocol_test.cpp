#include "wayside/http/foreign_protocol.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <string_view>

namespace wayside::http {
namespace {

using namespace std::string_view_literals;

TEST(ForeignProtocol, IsNamed) {
  EXPECT_EQ(foreign_protocol("\x16\x03\x01\x02\0\x01\0"sv), Violation::kTlsHello);
  EXPECT_EQ(foreign_protocol("\x16"sv), Violation::kTlsHello);
  EXPECT_EQ(foreign_protocol("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"sv), Violation::kHttp2Preface);
  EXPECT_EQ(foreign_protocol("PROXY TCP4 192.0.2.1 198.51.100.1 1 2\r\nGET / HTTP/1.1\r\n\r\n"sv),
            Violation::kUnexpectedProxyHeader);
  EXPECT_EQ(foreign_protocol("PROXY TCP6 ::1"sv), Violation::kUnexpectedProxyHeader);
  EXPECT_EQ(foreign_protocol("PROXY UNKNOWN\r\n"sv), Violation::kUnexpectedProxyHeader);
  // The empty lines in front of the mark are taken for those of a request.
  constexpr std::string_view kProxyHeader = "\0\r\nQUIT\n\x21"sv;
  for (std::size_t size = 1; size <= kProxyHeader.size(); ++size)
    EXPECT_EQ(foreign_protocol(kProxyHeader.substr(0, size)), Violation::kUnexpectedProxyHeader) << size;
}

TEST(ForeignProtocol, IsNoFaultyRequest) {
  for (const std::string_view bytes :
       {""sv, "GET / HTTP/3\r\n"sv, "PRI / HTTP/1.1\r\n"sv, "PROXY / HTTP/1.1\r\n"sv, "\x15\x03"sv, "\0\n"sv,
        "\0\r\nQUIT\r"sv, "QUIT\n"sv, "PROXY TCP"sv})
    EXPECT_EQ(foreign_protocol(bytes), std::nullopt) << bytes;
}

// RFC 9113 section 4.1: a length of three bytes, a type, flags, a stream of four bytes.
TEST(Http2Refusal, IsTwoFrames) {
  std::string_view rest = http2_refusal();
  const auto next = [&] {
    const auto byte = [&](std::size_t at) {
      return static_cast<std::size_t>(static_cast<unsigned char>(rest[at]));
    };
    const std::size_t size = byte(0) << 16U | byte(1) << 8U | byte(2);
    const std::string_view frame = rest.substr(0, 9 + size);
    rest.remove_prefix(frame.size());
    return frame;
  };
  EXPECT_EQ(next()[3], 4) << "SETTINGS";
  const std::string_view goaway = next();
  EXPECT_EQ(goaway[3], 7) << "GOAWAY";
  EXPECT_EQ(goaway.substr(13, 4), "\0\0\0\x0d"sv) << "HTTP_1_1_REQUIRED";
  EXPECT_EQ(goaway.substr(17), "use HTTP/1.1 here");
  EXPECT_TRUE(rest.empty());
}

}  // namespace
}  // namespace wayside::http
