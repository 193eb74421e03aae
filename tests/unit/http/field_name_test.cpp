#include "wayside/http/field_name.hpp"

#include "wayside/base/text.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace wayside::http {
namespace {

constexpr std::pair<std::string_view, field> kNames[] = {
    {"Authorization", field::authorization},
    {"Connection", field::connection},
    {"Content-Length", field::content_length},
    {"Content-Type", field::content_type},
    {"Cookie", field::cookie},
    {"Date", field::date},
    {"Expect", field::expect},
    {"Forwarded", field::forwarded},
    {"Host", field::host},
    {"Keep-Alive", field::keep_alive},
    {"Max-Forwards", field::max_forwards},
    {"Proxy", kProxy},
    {"Proxy-Authorization", field::proxy_authorization},
    {"Proxy-Connection", field::proxy_connection},
    {"TE", field::te},
    {"traceparent", kTraceParent},
    {"Trailer", field::trailer},
    {"Transfer-Encoding", field::transfer_encoding},
    {"Upgrade", field::upgrade},
    {"Via", field::via},
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
  std::set<field> seen;
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
  EXPECT_EQ(seen.size(), FieldNames::kMembers.size() - 1) << "all but kUnderscoreTwin";
}

// Beast may know the changed name: "Cost" is a field, as "Host" is.
bool is_taken_for_another(std::string_view name) {
  const field id = field_name(name);
  const bool is_beasts = static_cast<std::size_t>(id) <= kLastOfBeast;
  return id != field::unknown && !(is_beasts && equals_ignoring_case(name, to_string(id)));
}

// Each name with each of its characters replaced by every other one, and with one character more or fewer.
TEST(FieldNameOf, ConfusesNoNames) {
  for (const auto& [name, id] : kNames) {
    std::string other(name);
    for (char& place : other) {
      const char right = place;
      for (int byte = 0; byte < 256; ++byte) {
        place = static_cast<char>(byte);
        if (!is_token_char(place) || to_lower(place) == to_lower(right)) continue;
        // Any name that begins so is a twin.
        if (place == '_' && (right == '-' || name.starts_with("X-Forwarded-"))) continue;
        EXPECT_FALSE(is_taken_for_another(other)) << other;
      }
      place = right;
    }
    EXPECT_FALSE(is_taken_for_another(other + "s")) << name;
    EXPECT_FALSE(is_taken_for_another("x" + other)) << name;
    EXPECT_FALSE(is_taken_for_another(other.substr(1))) << name;
    EXPECT_FALSE(is_taken_for_another(name.substr(0, name.size() - 1))) << name;
  }
  EXPECT_EQ(field_name(""), field::unknown);
  EXPECT_EQ(field_name(std::string(4096, 'a')), field::unknown);
}

TEST(FieldNameOf, KnowsWhatBeastKnows) {
  EXPECT_EQ(field_name("accept"), field::accept);
  EXPECT_EQ(field_name("Sec-WebSocket-Key"), field::sec_websocket_key);
  EXPECT_EQ(field_name("XREF"), field::xref) << "the last one";
}

TEST(FieldNameOf, UsesTheNumberThatBeastFound) {
  EXPECT_EQ(field_name(field::host, "Host"), field::host);
  EXPECT_EQ(field_name(field::unknown, "X-Forwarded-For"), kXForwardedFor);
  EXPECT_EQ(field_name(field::unknown, "Content_Length"), kUnderscoreTwin);
  EXPECT_EQ(field_name(field::unknown, "X-Own"), field::unknown);
}

TEST(FieldNameOf, KnowsTheNamesThatBackendsMistakeForOurs) {
  for (const char* name :
       {"X_Forwarded_For", "x-forwarded_proto", "X_FORWARDED-HOST", "Content_Length", "content_type",
        "Transfer_Encoding", "X_Real_IP", "x_forwarded_port", "X-Forwarded_Prefix", "Remote_User"}) {
    EXPECT_EQ(field_name(name), kUnderscoreTwin) << name;
  }
  for (const char* name : {"my_field", "X_Forward_For", "_", "Keep_Alive", "x_request_start"}) {
    EXPECT_EQ(field_name(name), field::unknown) << name;
  }
}

TEST(FieldNames, HoldWhatWasAdded) {
  FieldNames names(field::host, field::date);
  EXPECT_TRUE(names.contains(field::host));
  EXPECT_TRUE(names.contains(field::date));
  EXPECT_FALSE(names.contains(field::via));
  EXPECT_FALSE(names.overlaps(FieldNames(field::via, field::te)));
  names.add(field::te);
  EXPECT_TRUE(names.overlaps(FieldNames(field::via, field::te)));
  EXPECT_FALSE(FieldNames().overlaps(names));
}

TEST(FieldNames, HoldEachMemberByItself) {
  for (const field name : FieldNames::kMembers) {
    const FieldNames names(name);
    for (std::size_t i = 0; i < kFieldCount; ++i)
      EXPECT_EQ(names.contains(static_cast<field>(i)), static_cast<field>(i) == name) << i;
  }
}

TEST(FieldNames, HoldNoOtherName) {
  FieldNames names(field::unknown, field::accept);
  EXPECT_FALSE(names.contains(field::unknown));
  EXPECT_FALSE(names.contains(field::accept));
  names.add(field::server);
  EXPECT_FALSE(names.overlaps(names));
}

}  // namespace
}  // namespace wayside::http
