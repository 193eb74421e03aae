#include "wayside/metrics/transport.hpp"

#include <gtest/gtest.h>

#include <set>

namespace wayside::metrics {
namespace {

TEST(Transport, IsReadFromTheVariantThatItWasAddedTo) {
  std::set<Variant> variants;
  for (const Variant labels : {Variant{0}, Variant{1}, Variant{999}}) {
    for (const Scheme scheme : {Scheme::kHttp, Scheme::kHttps}) {
      for (const HttpVersion version : {HttpVersion::k11, HttpVersion::k10}) {
        const Transport transport{scheme, version};
        const Variant variant = add_transport(labels, transport);
        EXPECT_EQ(transport_of(variant), transport);
        EXPECT_EQ(variant / kTransportCount, labels);
        variants.insert(variant);
      }
    }
  }
  EXPECT_EQ(variants.size(), 3 * kTransportCount);
}

// A series without the version adds up two neighbouring variants, and one without either adds up four.
TEST(Transport, HasTheVersionAsItsLowestDigit) {
  EXPECT_EQ(add_transport(0, {}), 0);
  EXPECT_EQ(add_transport(5, {Scheme::kHttps, HttpVersion::k11}) / kHttpVersionCount,
            add_transport(5, {Scheme::kHttps, HttpVersion::k10}) / kHttpVersionCount);
  EXPECT_NE(add_transport(5, {Scheme::kHttp, HttpVersion::k11}) / kHttpVersionCount,
            add_transport(5, {Scheme::kHttps, HttpVersion::k11}) / kHttpVersionCount);
}

TEST(Transport, HasTheWordsOfTheSemanticConventions) {
  EXPECT_EQ(to_text(Scheme::kHttp), "http");
  EXPECT_EQ(to_text(Scheme::kHttps), "https");
  EXPECT_EQ(to_text(HttpVersion::k10), "1.0");
  EXPECT_EQ(to_text(HttpVersion::k11), "1.1");
}

}  // namespace
}  // namespace wayside::metrics
