#include "wayside/metrics/naming.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wayside::metrics {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Texts = std::vector<std::string>;

const std::vector<Naming> kHttp = {Naming::kHttp};

TEST(Naming, ValidNamesAreThoseOfPrometheus) {
  for (const std::string_view name : {"a", "_a", "http_requests_total", "A9"})
    EXPECT_TRUE(is_valid_name(name)) << name;
  for (const std::string_view name : {"", "9a", "a-b", "a:b", "__a", "a b", "\xC3\xBC"})
    EXPECT_FALSE(is_valid_name(name)) << name;
}

TEST(Renaming, TakesFamiliesAndLabelsThatThereAre) {
  const Renaming renaming{{{"http_requests_total", "my_requests_total"}},
                          {{"endpoint", "route"}, {"tenant", "org"}}};
  EXPECT_THAT(mistakes_of(renaming, kHttp, Texts{"tenant"}), IsEmpty());
}

TEST(Renaming, SaysWhatIsWrong) {
  EXPECT_THAT(mistakes_of({{{"flask_request_count", "x"}}, {}}, kHttp, Texts{}),
              ElementsAre(R"(expected the name of a family, found "flask_request_count")"));
  EXPECT_THAT(mistakes_of({{}, {{"nothing", "x"}}}, kHttp, Texts{}),
              ElementsAre(R"(expected the name of a label, found "nothing")"));
  EXPECT_THAT(mistakes_of({{{"http_requests_total", "a-b"}}, {}}, kHttp, Texts{}),
              ElementsAre(R"(expected a name of letters, digits and underscores, found "a-b")"));
  EXPECT_THAT(mistakes_of({{}, {{"endpoint", "le"}}}, kHttp, Texts{}),
              ElementsAre(R"(expected a name that histograms do not need, found "le")"));
  EXPECT_THAT(
      mistakes_of({{{"http_requests_total", "wayside_series"}}, {}}, kHttp, Texts{}),
      ElementsAre("expected names that differ, found \"wayside_series\" for both http_requests_total and "
                  "wayside_series"));
  EXPECT_THAT(mistakes_of({{}, {{"method", "endpoint"}}}, kHttp, Texts{}), testing::SizeIs(1));
  EXPECT_THAT(mistakes_of({{}, {}}, kHttp, Texts{"error_type"}), IsEmpty());
  EXPECT_THAT(mistakes_of({{}, {}}, std::vector{Naming::kOtel}, Texts{"error_type"}),
              ElementsAre(R"(expected another name for a label from a field, found "error_type")"));
  EXPECT_THAT(mistakes_of({{}, {{"url_scheme", "scheme"}}}, std::vector{Naming::kOtel}, Texts{"scheme"}),
              ElementsAre(R"(expected names that differ, found "scheme" for both url_scheme and scheme)"));
  EXPECT_THAT(mistakes_of({{}, {{"network_protocol_version", "x"}}}, kHttp, Texts{}),
              ElementsAre(R"(expected the name of a label, found "network_protocol_version")"));
  EXPECT_THAT(mistakes_of({{}, {}}, kHttp, Texts{"method"}),
              ElementsAre(R"(expected another name for a label from a field, found "method")"));
}

// What either format makes of a name must not be another family's.
TEST(Renaming, RefusesNamesThatClashInEitherFormat) {
  const std::vector<Naming> both = {Naming::kHttp, Naming::kFlask};
  const std::string retries = "wayside_backend_retries_total";
  const std::string connects = "wayside_backend_connects_total";
  const std::vector<std::map<std::string, std::string, std::less<>>> clashes = {
      {{retries, "wayside_overhead_seconds_count"}},
      {{retries, "wayside_overhead_seconds_bucket"}},
      {{"http_requests_total", "flask_request_count_total"}},
      {{retries, "a"}, {connects, "a_total"}},
      {{retries, "a_total"}, {"wayside_client_connections", "a"}},
      {{retries, "process_cpu_seconds_total"}},
      {{"wayside_build_info", "my_build"}},
      {{"wayside_client_connections", "clients_total"}},
  };
  for (const auto& families : clashes)
    EXPECT_THAT(mistakes_of({families, {}}, both, Texts{}), testing::SizeIs(1)) << families.begin()->second;
  EXPECT_THAT(mistakes_of({{{retries, "retries"}, {"wayside_build_info", "my_info"}}, {}}, both, Texts{}),
              IsEmpty());
  EXPECT_THAT(mistakes_of({}, std::vector{Naming::kHttp, Naming::kFlask, Naming::kOtel}, Texts{}), IsEmpty());
}

}  // namespace
}  // namespace wayside::metrics
