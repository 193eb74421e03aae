// Heads at random, most of them with a mistake, read by our parser and by Boost.Beast's.
#include "wayside/http/head_parser.hpp"

#include "support/beast_head.hpp"
#include "support/parsed_head.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <string_view>

namespace wayside::http {
namespace {

class RandomHead {
 public:
  explicit RandomHead(std::uint32_t seed) : random_(seed) {}

  std::string request() {
    std::string text = pick(std::array{"GET", "POST", "get", "X-A!", "OPTIONS", "CONNECT", "A"});
    text.append(" ").append(pick(std::array{"/", "/a/b?c=%20d", "*", "http://a:80/x", "/\xff\x80~", "//",
                                            "/a-path-that-is-longer-than-a-few-words/and-more"}));
    text.append(" ").append(version()).append("\r\n");
    if (random_() % 8 != 0) text.append("Host: a\r\n");
    return finish(std::move(text));
  }
  std::string response() {
    std::string text(version());
    text.append(" ").append(pick(std::array{"200", "404", "101", "999", "099", "20", "2000", "2x0"}));
    text.append(pick(std::array{" OK", " ", "", " Not Found\t\xff", "  two"})).append("\r\n");
    return finish(std::move(text));
  }

 private:
  const char* version() {
    return pick(
        std::array{"HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "HTTP/1.10"});
  }

  std::string finish(std::string text) {
    for (auto count = random_() % 5; count > 0; --count)
      text.append(field());
    text.append("\r\n");
    for (auto count = random_() % 3; count > 0; --count)
      spoil(text);
    return text;
  }

  std::string field() {
    std::string line =
        pick(std::array{"A", "Accept", "Connection", "Content-Length", "Transfer-Encoding", "TE",
                        "X_Forwarded_For", "Some-Name-Of-Three-Words", "!#$%&'*+-.^_`|~"});
    line.append(pick(std::array{":", ": ", ":\t ", " :", ":   "}));
    line.append(pick(std::array{
        "", "b", "close", "keep-alive, x", "a/b", "chunked", "12", "a\tb c", "\xe4\xff",
        "a value of several words, longer than the words of a machine, with a \t tab", "\t", "a\r\n b"}));
    return line.append(pick(std::array{"\r\n", "\r\n", "\r\n", "\r\n", " \r\n", "\t\r\n", "\r\n \r\n"}));
  }

  // One byte is changed, taken away or put in.
  void spoil(std::string& text) {
    constexpr std::string_view kBytes{"\0\x01\t\n\r !:/a\x1f\x7f\x80\xff", 14};
    const std::size_t at = random_() % text.size();
    const char byte = kBytes[random_() % kBytes.size()];
    switch (random_() % 3) {
      case 0:
        text[at] = byte;
        break;
      case 1:
        text.erase(at, 1);
        break;
      default:
        text.insert(at, 1, byte);
    }
  }

  template <std::size_t Count>
  const char* pick(const std::array<const char*, Count>& among) {
    return among[random_() % Count];
  }

  std::mt19937 random_;
};

constexpr std::uint32_t kHeads = 20'000;

TEST(HeadParserProperty, ReadsRequestsAsBeastDoes) {
  RandomHead random(1);
  std::uint32_t taken = 0;
  for (std::uint32_t i = 0; i < kHeads; ++i) {
    const std::string text = random.request();
    ASSERT_EQ(test::disagreement_about_request(text), "") << testing::PrintToString(text);
    taken += test::ParsedRequest(text).violation ? 0U : 1U;
  }
  EXPECT_GT(taken, kHeads / 20) << "or the property says little";
}

TEST(HeadParserProperty, ReadsResponsesAsBeastDoes) {
  RandomHead random(2);
  std::uint32_t taken = 0;
  for (std::uint32_t i = 0; i < kHeads; ++i) {
    const std::string text = random.response();
    ASSERT_EQ(test::disagreement_about_response(text), "") << testing::PrintToString(text);
    taken += test::ParsedResponse(text).violation ? 0U : 1U;
  }
  EXPECT_GT(taken, kHeads / 20) << "or the property says little";
}

}  // namespace
}  // namespace wayside::http
