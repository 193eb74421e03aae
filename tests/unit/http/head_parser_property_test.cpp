// Random heads, most of them with a mistake, read by the parser and by the oracle.
#include "wayside/http/head_parser.hpp"

#include "support/head_oracle.hpp"
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
                        "Proxy-Connection", "Upgrade", "host", "transfer-encoding", "CONTENT-LENGTH",
                        "X_Forwarded_For", "Some-Name-Of-Three-Words", "!#$%&'*+-.^_`|~"});
    line.append(pick(std::array{":", ": ", ":\t ", " :", ":   "}));
    line.append(pick(std::array{"",
                                "b",
                                "close",
                                "keep-alive, x",
                                "a/b",
                                "chunked",
                                "12",
                                "a\tb c",
                                "\xe4\xff",
                                "12, 12",
                                ",12,",
                                "99999999999999999999",
                                "chunked, identity",
                                "close;x, \"y",
                                ",,\tx ,",
                                "x,\r\n\tclose",
                                "\r\n 12",
                                "a value of several words, longer than the words of a machine, with a \t tab",
                                "\t",
                                "a\r\n b"}));
    return line.append(pick(std::array{"\r\n", "\r\n", "\r\n", "\r\n", " \r\n", "\t\r\n", "\r\n \r\n"}));
  }

  // One byte is changed, removed or inserted.
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

TEST(HeadParserProperty, ReadsRequestsAsTheGrammarDoes) {
  RandomHead random(1);
  std::uint32_t taken = 0;
  for (std::uint32_t i = 0; i < kHeads; ++i) {
    const std::string text = random.request();
    ASSERT_EQ(test::disagreement_about_request(text), "") << testing::PrintToString(text);
    taken += test::ParsedRequest(text).violation ? 0U : 1U;
  }
  EXPECT_GT(taken, kHeads / 20) << "or the property says little";
}

// The first disagreement about a text that differs from this one in one byte, inserted, removed or changed.
template <class Disagreement>
std::string disagreement_about_neighbours(const std::string& text, Disagreement&& disagreement_about) {
  std::string found;
  const auto holds = [&](const std::string& neighbour) {
    found = disagreement_about(neighbour);
    if (!found.empty()) found += " in " + testing::PrintToString(neighbour);
    return found.empty();
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!holds(std::string(text).erase(at, 1))) return found;
    for (unsigned byte = 0; byte < 256; ++byte) {
      std::string changed = text;
      changed[at] = static_cast<char>(byte);
      if (!holds(changed) || !holds(std::string(text).insert(at, 1, static_cast<char>(byte)))) return found;
    }
  }
  return found;
}

TEST(HeadParserProperty, ReadsNeighboursOfARequestAsTheGrammarDoes) {
  const char* const text = "PUT /a HTTP/1.1\r\nHost:b\r\nTE: \r\nContent-Length: x\r\nConnection: c\r\n\r\n";
  EXPECT_EQ(disagreement_about_neighbours(text, test::disagreement_about_request), "");
}

TEST(HeadParserProperty, ReadsNeighboursOfAResponseAsTheGrammarDoes) {
  for (const char* text : {"HTTP/1.1 200 OK\r\nA:\r\n b\r\nConnection: c,\r\n\td\r\n\r\n",
                           "HTTP/1.0 404\r\nContent-Length: x\r\nB: c\r\n\r\n"}) {
    EXPECT_EQ(disagreement_about_neighbours(text, test::disagreement_about_response), "");
  }
}

TEST(HeadParserProperty, ReadsResponsesAsTheGrammarDoes) {
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
