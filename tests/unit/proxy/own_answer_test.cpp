#include "proxy/own_answer.hpp"

#include "support/parsed_head.hpp"
#include "support/proxy_stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace wayside::proxy {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

constexpr RequestPlan kGetThatKeepsAlive{.method = Method::get, .keeps_alive = true};
constexpr std::string_view kRetryAfter = "\r\nRetry-After: 1\r\n";

class OwnAnswerTest : public testing::Test {
 protected:
  std::string answer(const End& end, const RequestPlan& request = kGetThatKeepsAlive, bool close = false) {
    OwnAnswer answer = answer_end(stage_.context(), end, request, close);
    EXPECT_EQ(answer.close, close);
    EXPECT_EQ(answer.status, status_of(end));
    return std::string(answer.text.view());
  }
  OwnAnswer answer_to(const std::string& head, Method method, bool close = false) {
    const test::ParsedRequest request(head);
    EXPECT_FALSE(request.violation);
    return answer_hop(stage_.context(), request.head, {.method = method}, close);
  }

  test::ProxyStage stage_;
};

TEST_F(OwnAnswerTest, TellsHowTheRequestEnded) {
  EXPECT_THAT(answer(Outcome::kConnectFailed),
              MatchesRegex("HTTP/1.1 502 Bad Gateway\r\nDate: [^\r]* GMT\r\nContent-Type: text/plain; "
                           "charset=utf-8\r\nContent-Length: 43\r\n\r\nBad Gateway: the backend cannot be "
                           "reached\n"));
  EXPECT_THAT(answer(http::Violation::kBodyTooLarge), HasSubstr("the request body is too large\n"));
}

// A body that is longer or shorter than it says would be read as the next response.
TEST_F(OwnAnswerTest, HasTheLengthThatItSays) {
  for (std::size_t i = 1; i < kOutcomeCount; ++i) {
    if (static_cast<Outcome>(i) == Outcome::kRejected) continue;
    const std::string text = answer(static_cast<Outcome>(i));
    const std::size_t head_size = text.find("\r\n\r\n") + 4;
    EXPECT_THAT(text.substr(0, head_size),
                HasSubstr("Content-Length: " + std::to_string(text.size() - head_size) + "\r\n"));
    EXPECT_THAT(text, EndsWith(std::string(to_text(static_cast<Outcome>(i))) + "\n"));
  }
}

TEST_F(OwnAnswerTest, LeavesTheBodyOutForHead) {
  const std::string text = answer(Outcome::kConnectFailed, {.method = Method::head});
  EXPECT_THAT(text, EndsWith("\r\n\r\n"));
  EXPECT_THAT(text, HasSubstr("\r\nContent-Length: 43\r\n"));
}

TEST_F(OwnAnswerTest, SaysWhatBecomesOfTheConnection) {
  const RequestPlan http10{.method = Method::get, .is_http10 = true, .keeps_alive = true};
  EXPECT_THAT(answer(Outcome::kConnectFailed, kGetThatKeepsAlive), Not(HasSubstr("\r\nConnection:")));
  EXPECT_THAT(answer(Outcome::kConnectFailed, kGetThatKeepsAlive, true),
              HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(answer(Outcome::kConnectFailed, http10), HasSubstr("\r\nConnection: keep-alive\r\n"));
  EXPECT_THAT(answer(Outcome::kConnectFailed, http10, true), HasSubstr("\r\nConnection: close\r\n"));
}

TEST_F(OwnAnswerTest, AsksToTryAgainWhereAShortageWillPass) {
  for (const Outcome outcome :
       {Outcome::kLocalShortage, Outcome::kBackendQueueFull, Outcome::kBackendQueueTimeout})
    EXPECT_THAT(answer(outcome), HasSubstr(kRetryAfter)) << to_token(outcome);
  for (const Outcome outcome :
       {Outcome::kShutDown, Outcome::kInternalError, Outcome::kConnectFailed, Outcome::kRequestBodyTimeout})
    EXPECT_THAT(answer(outcome), Not(HasSubstr(kRetryAfter))) << to_token(outcome);
}

// RFC 9110 section 9.3.7.
TEST_F(OwnAnswerTest, AnswersOptionsOfThisHop) {
  const OwnAnswer answer =
      answer_to("OPTIONS * HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n", Method::options);
  EXPECT_EQ(answer.status, 200U);
  EXPECT_FALSE(answer.close);
  EXPECT_THAT(std::string(answer.text.view()),
              MatchesRegex("HTTP/1.1 200 OK\r\nDate: [^\r]* GMT\r\nContent-Length: 0\r\n\r\n"));
}

// RFC 9110 section 9.3.8.
TEST_F(OwnAnswerTest, ShowsTraceItsRequest) {
  const OwnAnswer answer = answer_to(
      "TRACE /a HTTP/1.1\r\nHost: a\r\nCookie: secret\r\nMax-Forwards: 0\r\n\r\n", Method::trace, true);
  EXPECT_TRUE(answer.close);
  const std::string text(answer.text.view());
  EXPECT_THAT(text, HasSubstr("\r\nContent-Type: message/http\r\n"));
  EXPECT_THAT(text, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(text, EndsWith("\r\n\r\nTRACE /a HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n"));
}

TEST_F(OwnAnswerTest, HasRoomForTheLongestTrace) {
  const std::string target = "/" + std::string(http::limits::kMaxHead - 100, 'x');
  const OwnAnswer answer =
      answer_to("TRACE " + target + " HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n", Method::trace);
  EXPECT_THAT(std::string(answer.text.view()), HasSubstr("\r\n\r\nTRACE " + target + " HTTP/1.1\r\n"));
}

}  // namespace
}  // namespace wayside::proxy
