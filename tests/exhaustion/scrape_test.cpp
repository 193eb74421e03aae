// A scrape while memory runs out: it fails, and the next one is whole.
#include "wayside/metrics/exposition.hpp"
#include "wayside/metrics/registry.hpp"

#include "exhaustion/every_allocation.hpp"

#include <chrono>
#include <string>

namespace wayside::metrics {
namespace {

using namespace std::chrono_literals;

class ScrapeWithoutMemory : public testing::Test {
 protected:
  void count(EndpointId endpoint, unsigned status) {
    Shard& shard = registry_.shard(0);
    shard.exchange_finished(shard.exchange_started(endpoint, Method::get),
                            {.endpoint = endpoint, .method = Method::get, .status = status, .duration = 3ms});
  }
  // The first sample of the family.
  std::string sample(const std::string& page, const std::string& family) const {
    const std::size_t begin = page.find('\n' + family + '{') + 1;
    return page.substr(begin, page.find('\n', begin) - begin);
  }

  Registry registry_{{}};
};

TEST_F(ScrapeWithoutMemory, FailsAndTheNextIsWhole) {
  const EndpointId endpoint = registry_.intern("/a");
  int counted = 0;
  int rendered = 0;
  std::string page;
  const long failures = test::fail_every_allocation(
      [&] {
        page = {};
        Exposition(registry_, {}).render(page);
        ++rendered;
      },
      [&] {
        count(endpoint, 200);
        ++counted;
        std::string whole;
        Exposition(registry_, {}).render(whole);
        EXPECT_EQ(sample(whole, "http_requests_total"),
                  R"(http_requests_total{endpoint="/a",http_status="200",method="GET"} )" +
                      std::to_string(counted) + ".0");
      });
  EXPECT_GT(failures, 10);
  EXPECT_EQ(rendered, 1);
}

// The same exposition goes on: its texts of series are made step by step.
TEST_F(ScrapeWithoutMemory, LosesNoSeriesOfAnExpositionThatIsUsedAgain) {
  Exposition exposition(registry_, {});
  int endpoints = 0;
  test::fail_every_allocation(
      [&] {
        std::string page;
        exposition.render(page);
      },
      [&] {
        if (endpoints < 50) count(registry_.intern("/" + std::to_string(endpoints++)), 200);
        std::string reused;
        exposition.render(reused);
        std::string fresh;
        Exposition(registry_, {}).render(fresh);
        const auto exchanges = [](const std::string& page) {
          const std::size_t begin = page.find("# HELP http_requests_total");
          return page.substr(begin, page.find("# HELP wayside_overhead") - begin);
        };
        EXPECT_EQ(exchanges(reused), exchanges(fresh));
      });
}

// What cannot be allocated is not counted, and nothing is counted twice or half.
TEST_F(ScrapeWithoutMemory, CountsAnExchangeOnceOrNotAtAll) {
  int counted = 0;
  double before = 0;
  const auto total = [&] {
    std::string page;
    Exposition(registry_, {}).render(page);
    double sum = 0;
    const std::string family = "\nhttp_requests_total{";
    for (std::size_t at = page.find(family); at != page.npos; at = page.find(family, at + 1))
      sum += std::stod(page.substr(page.find("} ", at) + 2));
    return sum;
  };
  test::fail_every_allocation(
      [&] {
        Shard& shard = registry_.shard(0);
        const EndpointId endpoint =
            shard.endpoint_for("/new/" + std::string(static_cast<std::size_t>(counted), 'x'));
        shard.exchange_finished(shard.exchange_started(endpoint, Method::put),
                                {.endpoint = endpoint,
                                 .method = Method::put,
                                 .status = static_cast<unsigned>(200 + counted),
                                 .duration = 3ms});
      },
      [&] {
        ++counted;
        const double now = total();
        EXPECT_LE(now - before, 1);
        before = now;
      });
  EXPECT_GE(before, 1);
}

}  // namespace
}  // namespace wayside::metrics
