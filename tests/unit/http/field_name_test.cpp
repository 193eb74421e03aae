#include "wayside/http/field_name.hpp"

#include "wayside/http/text.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace wayside::http {
namespace {

using enum FieldName;

constexpr std::pair<std::string_view, FieldName> kNames[] = {
    {"Authorization", kAuthorization},
    {"Connection", kConnection},
    {"Content-Length", kContentLength},
    {"Content-Type", kContentType},
    {"Cookie", kCookie},
    {"Date", kDate},
    {"Expect", kExpect},
    {"Host", kHost},
    {"Keep-Alive", kKeepAlive},
    {"Max-Forwards", kMaxForwards},
    {"Proxy-Authorization", kProxyAuthorization},
    {"Proxy-Connection", kProxyConnection},
    {"TE", kTe},
    {"traceparent", kTraceParent},
    {"Trailer", kTrailer},
    {"Transfer-Encoding", kTransferEncoding},
    {"Upgrade", kUpgrade},
    {"Via", kVia},
    {"X-Forwarded-For", kXForwardedFor},
    {"X-Forwarded-Host", kXForwardedHost},
    {"X-Forwarded-Proto", kXForwardedProto},
    {"X-Queue-Start", kXQueueStart},
    {"X-Request-Start", kXRequestStart},
};

std::string in_case(std::string_view name, auto change) {
  std::string text;
  for (std::size_t i = 0; i < name.size(); ++i)
    text += change(i, name[i]);
  return text;
}

char to_upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

TEST(FieldNameOf, KnowsEachNameInAnyCase) {
  std::set<FieldName> seen;
  for (const auto& [name, id] : kNames) {
    EXPECT_EQ(field_name(name), id) << name;
    EXPECT_EQ(field_name(in_case(name, [](std::size_t, char c) { return to_lower(c); })), id) << name;
    EXPECT_EQ(field_name(in_case(name, [](std::size_t, char c) { return to_upper(c); })), id) << name;
    EXPECT_EQ(
        field_name(in_case(name, [](std::size_t i, char c) { return i % 2 ? to_upper(c) : to_lower(c); })),
        id)
        << name;
    seen.insert(id);
  }
  EXPECT_EQ(seen.size(), kFieldNameCount - 2) << "all but kOther and kUnderscoreTwin";
}

// Each name with each of its characters replaced by each other one, and with one more or fewer.
TEST(FieldNameOf, TakesNothingForAnother) {
  for (const auto& [name, id] : kNames) {
    std::string other(name);
    for (char& place : other) {
      const char right = place;
      for (int byte = 0; byte < 256; ++byte) {
        place = static_cast<char>(byte);
        if (!is_token_char(place) || to_lower(place) == to_lower(right)) continue;
        if (right == '-' && place == '_') continue;
        EXPECT_EQ(field_name(other), kOther) << other;
      }
      place = right;
    }
    EXPECT_EQ(field_name(other + "s"), kOther) << name;
    EXPECT_EQ(field_name("x" + other), kOther) << name;
    EXPECT_EQ(field_name(other.substr(1)), kOther) << name;
    EXPECT_EQ(field_name(name.substr(0, name.size() - 1)), kOther) << name;
  }
  EXPECT_EQ(field_name(""), kOther);
  EXPECT_EQ(field_name(std::string(4096, 'a')), kOther);
}

TEST(FieldNameOf, KnowsTheNamesThatBackendsMistakeForOurs) {
  for (const char* name : {"X_Forwarded_For", "x-forwarded_proto", "X_FORWARDED-HOST", "Content_Length",
                           "content_type", "Transfer_Encoding"}) {
    EXPECT_EQ(field_name(name), kUnderscoreTwin) << name;
  }
  for (const char* name : {"my_field", "X_Forwarded_Fo", "_", "Keep_Alive", "x_request_start"}) {
    EXPECT_EQ(field_name(name), kOther) << name;
  }
}

TEST(FieldNames, HoldWhatWasAdded) {
  FieldNames names(kHost, kDate);
  EXPECT_TRUE(names.contains(kHost));
  EXPECT_TRUE(names.contains(kDate));
  EXPECT_FALSE(names.contains(kVia));
  EXPECT_FALSE(names.overlaps(FieldNames(kVia, kTe)));
  names.add(kTe);
  EXPECT_TRUE(names.overlaps(FieldNames(kVia, kTe)));
  EXPECT_FALSE(FieldNames().overlaps(names));
}

}  // namespace
}  // namespace wayside::http
