#include "wayside/http/traceparent.hpp"

#include <gtest/gtest.h>

namespace wayside::http {
namespace {

TEST(TraceParent, ReadsItsFourParts) {
  const auto sampled = parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  ASSERT_TRUE(sampled);
  EXPECT_EQ(sampled->trace_id_high, 0x0af7651916cd43ddU);
  EXPECT_EQ(sampled->trace_id_low, 0x8448eb211c80319cU);
  EXPECT_EQ(sampled->parent_id, 0xb7ad6b7169203331U);
  EXPECT_TRUE(sampled->is_sampled);
  const auto other = parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-fe");
  ASSERT_TRUE(other);
  EXPECT_FALSE(other->is_sampled) << "sampling is one of the flags";
}

TEST(TraceParent, ReadsLaterVersionsAsFarAsItCan) {
  EXPECT_TRUE(parse_traceparent("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-ever"));
  EXPECT_FALSE(parse_traceparent("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.what-ever"));
}

TEST(TraceParent, RefusesMalformedValues) {
  for (const std::string_view value :
       {"", "00", "00-", "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-011",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
        "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
        "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}) {
    EXPECT_FALSE(parse_traceparent(value)) << value;
  }
}

}  // namespace
}  // namespace wayside::http
