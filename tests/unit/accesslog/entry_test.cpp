#include "wayside/accesslog/entry.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace wayside::accesslog {
namespace {

using namespace std::chrono_literals;

std::string line_of(const Entry& entry) {
  std::array<char, 4096> out;
  const auto size = write_line(entry, out);
  return size ? std::string(out.data(), *size) : "too long";
}

Entry small_entry() {
  return {.time = std::chrono::system_clock::time_point(1'700'000'000'042ms),
          .client = "10.0.0.1",
          .method = "GET",
          .target = "/users/1",
          .route = "/users/{id}",
          .status = 200,
          .outcome = "completed",
          .response_bytes = 512};
}

TEST(Entry, IsOneJsonObjectOnOneLine) {
  EXPECT_EQ(
      line_of(small_entry()),
      R"({"time":"2023-11-14T22:13:20.042Z","client":"10.0.0.1","method":"GET","target":"/users/1",)"
      R"("route":"/users/{id}","status":200,"outcome":"completed","request_bytes":0,"response_bytes":512})"
      "\n");
}

// A head that was refused has neither.
TEST(Entry, LeavesOutARequestLineThatIsNotKnown) {
  Entry entry = small_entry();
  entry.method = {};
  entry.target = {};
  EXPECT_NE(line_of(entry).find(R"("client":"10.0.0.1","route":"/users/{id}")"), std::string::npos)
      << line_of(entry);
}

TEST(Entry, HasTheTimePointsThatThereAre) {
  Entry entry = small_entry();
  entry.queue = 20ms;
  entry.duration = 1500us;
  entry.request_sent = 0ns;
  entry.response_head = 1ns;
  entry.overhead = 60s;
  entry.trace_id_low = 0xABC;
  EXPECT_TRUE(line_of(entry).ends_with(
      R"("queue":0.02,"duration":0.0015,"request_sent":0,"response_head":0.000000001,"overhead":60,)"
      R"("trace_id":"00000000000000000000000000000abc"})"
      "\n"))
      << line_of(entry);
}

TEST(Entry, EscapesWhateverAPeerSent) {
  Entry entry = small_entry();
  entry.target = "/\"\\\n\x7F\xFF\xC3\xBC\xC3";
  EXPECT_NE(line_of(entry).find("\"target\":\"/\\\"\\\\\\u000a\\u007f\\u00ff\xC3\xBC\\u00c3\""),
            std::string::npos)
      << line_of(entry);
}

TEST(Entry, IsWholeOrNotThere) {
  const std::string whole = line_of(small_entry());
  std::string out(whole.size(), '\0');
  EXPECT_EQ(write_line(small_entry(), out), whole.size());
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(write_line(small_entry(), std::span(out).first(size)));
}

}  // namespace
}  // namespace wayside::accesslog
