#include "proxy/deadlines.hpp"

#include "wayside/config/settings.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace wayside::proxy {
namespace {

using Since = DeadlineRow::Since;

constexpr Awaited kAll[] = {Awaited::kTurn,     Awaited::kConnection,   Awaited::kRequestBody,
                            Awaited::kContinue, Awaited::kResponseHead, Awaited::kResponseBody,
                            Awaited::kStream};
static_assert(std::size(kAll) == kDeadlines.size());

TEST(Deadlines, FindsTheRowOfWhatIsAwaited) {
  for (const Awaited awaited : kAll)
    EXPECT_EQ(deadline_of(awaited).awaited, awaited);
}

// Each timeout has a value of its own here, so that a row with the wrong one shows.
TEST(Deadlines, TakesTheTimeoutThatTheSettingIsNamedFor) {
  config::Timeouts timeouts;
  int number = 0;
  for (Milliseconds config::Timeouts::*const timeout :
       {&config::Timeouts::queue, &config::Timeouts::connect, &config::Timeouts::request_body,
        &config::Timeouts::response_head, &config::Timeouts::response_body, &config::Timeouts::tunnel})
    timeouts.*timeout = Milliseconds(++number);
  const auto timeout_of = [&](Awaited awaited) { return timeouts.*deadline_of(awaited).timeout; };
  EXPECT_EQ(timeout_of(Awaited::kTurn), timeouts.queue);
  EXPECT_EQ(timeout_of(Awaited::kConnection), timeouts.connect);
  EXPECT_EQ(timeout_of(Awaited::kRequestBody), timeouts.request_body);
  EXPECT_EQ(timeout_of(Awaited::kContinue), timeouts.response_head);
  EXPECT_EQ(timeout_of(Awaited::kResponseHead), timeouts.response_head);
  EXPECT_EQ(timeout_of(Awaited::kResponseBody), timeouts.response_body);
  EXPECT_EQ(timeout_of(Awaited::kStream), timeouts.tunnel);
}

// Informational responses do not prolong the wait for the final one.
TEST(Deadlines, CountsTheTimeOfAResponseHeadFromTheRequestAndTheOthersFromProgress) {
  for (const Awaited awaited : kAll) {
    const Since expected = awaited == Awaited::kResponseHead ? Since::kRequestSent : Since::kProgress;
    EXPECT_EQ(deadline_of(awaited).since, expected) << static_cast<int>(awaited);
  }
}

// A sender that is silent and a receiver that takes nothing are different sides.
TEST(Deadlines, BlamesTheReceiverWhereItTookNothing) {
  EXPECT_EQ(side_of(deadline_of(Awaited::kRequestBody).outcome), Side::kClient);
  EXPECT_EQ(side_of(deadline_of(Awaited::kRequestBody).outcome_blocked), Side::kBackend);
  for (const Awaited awaited : {Awaited::kResponseBody, Awaited::kStream}) {
    EXPECT_EQ(side_of(deadline_of(awaited).outcome), Side::kBackend);
    EXPECT_EQ(side_of(deadline_of(awaited).outcome_blocked), Side::kClient);
  }
}

TEST(Deadlines, BlamesOneSideWhereNothingIsRelayed) {
  for (const Awaited awaited :
       {Awaited::kTurn, Awaited::kConnection, Awaited::kContinue, Awaited::kResponseHead}) {
    const DeadlineRow& row = deadline_of(awaited);
    EXPECT_EQ(row.outcome, row.outcome_blocked);
    EXPECT_NE(side_of(row.outcome), Side::kClient) << "the client waits";
  }
}

// RFC 9110 section 15.6.5, and 15.5.9 for a client that is late.
TEST(Deadlines, AnswersEveryTimeoutAsSuch) {
  const auto status = [](Awaited awaited) { return status_of(deadline_of(awaited).outcome); };
  EXPECT_EQ(status(Awaited::kTurn), 503U);
  EXPECT_EQ(status(Awaited::kConnection), 504U);
  EXPECT_EQ(status(Awaited::kRequestBody), 408U);
  EXPECT_EQ(status(Awaited::kContinue), 504U);
  EXPECT_EQ(status(Awaited::kResponseHead), 504U);
  EXPECT_EQ(status_of(deadline_of(Awaited::kRequestBody).outcome_blocked), 504U);
}

}  // namespace
}  // namespace wayside::proxy
