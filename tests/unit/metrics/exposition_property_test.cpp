// Random registries, read back from their text: every number that was counted is there, under the labels that
// it was counted for, and nothing else is.
#include "wayside/base/utf8.hpp"
#include "wayside/metrics/exposition.hpp"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::metrics {
namespace {

using LabelMap = std::map<std::string, std::string>;
using Samples = std::map<std::pair<std::string, LabelMap>, double>;

// A reader of the text format that knows nothing of its writer.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  Samples read() {
    Samples samples;
    while (!rest_.empty()) {
      if (rest_.front() == '#') {
        take_until('\n');
        continue;
      }
      const std::string name(take_name());
      LabelMap labels;
      if (rest_.front() == '{') labels = read_labels();
      EXPECT_EQ(take(1), " ");
      std::string value(take_until('\n'));
      value = value.substr(0, value.find(" # "));
      EXPECT_TRUE(samples.emplace(std::pair(name, labels), std::stod(value)).second)
          << name << " is there twice";
    }
    return samples;
  }

 private:
  std::string_view take(std::size_t count) {
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  std::string_view take_until(char end) {
    const std::string_view taken = take(rest_.find(end));
    take(1);
    return taken;
  }
  std::string_view take_name() { return take(rest_.find_first_of("{ =")); }

  LabelMap read_labels() {
    LabelMap labels;
    while (take(1) != "}") {
      if (rest_.front() == '}') continue;
      const std::string name(take_name());
      EXPECT_EQ(take(2), "=\"");
      std::string value;
      while (rest_.front() != '"') {
        char c = take(1).front();
        if (c == '\\') {
          c = take(1).front();
          if (c == 'n') c = '\n';
        }
        value += c;
      }
      take(1);
      EXPECT_TRUE(labels.emplace(name, value).second);
    }
    return labels;
  }

  std::string_view rest_;
};

class RandomRegistry {
 public:
  explicit RandomRegistry(unsigned seed) : random_(seed) {}

  std::string label() {
    static constexpr std::string_view kBytes = "/ab{}\"\\\n=,} #\xC3\xBC\xFF\x01";
    std::string text(1 + random_() % 8, ' ');
    for (char& c : text)
      c = kBytes[random_() % kBytes.size()];
    return text;
  }
  std::size_t below(std::size_t bound) { return random_() % bound; }
  // As in life: nearly always the same, and now and then anything.
  Method method() { return below(4) != 0 ? Method::get : kMethods[below(kMethodCount)]; }
  unsigned status() {
    constexpr std::array kUsual = {200U, 200U, 200U, 404U, 500U};
    return below(8) != 0 ? kUsual[below(kUsual.size())] : static_cast<unsigned>(100 + below(900));
  }

 private:
  std::mt19937 random_;
};

TEST(ExpositionProperty, WhatWasCountedReadsBack) {
  for (unsigned seed = 0; seed < 12; ++seed) {
    RandomRegistry any(seed);
    Registry registry({.shard_count = 2,
                       .extra_labels = {{.name = "tenant", .values = {"a", "\"b\""}},
                                        {.name = "aaa", .values = {"x"}, .other = "none"}}});
    const std::array tenants = {"other", "a", "\"b\""};
    const std::array others = {"none", "x"};
    // Half of the registries have endpoints with nothing but the usual.
    EndpointOptions options;
    if (seed % 2 == 1) {
      options.slo = std::chrono::seconds(10);
      options.extras.insert(ExtraHistogram::kBackendTtfb);
    }
    Samples requests;
    Samples counts;
    Samples bytes;
    Samples answered;  // with a time to the first byte
    Samples judged;
    Samples aborts;
    std::map<std::pair<std::string, LabelMap>, std::uint64_t> sums_ns;
    const std::size_t label_count = 1 + any.below(6);
    std::vector<std::string> labels(label_count);
    for (std::string& label : labels) {
      label = any.label();
      if (options.slo) registry.intern(label, options);
    }
    for (int i = 0; i < 200; ++i) {
      const std::string& label = labels[any.below(label_count)];
      Shard& shard = registry.shard(any.below(2));
      const std::size_t tenant = any.below(2) * any.below(3);
      const std::size_t other = any.below(2) * any.below(2);
      const Method method = any.method();
      const unsigned status = any.status();
      const Nanoseconds duration(any.below(20'000'000'000));
      const std::optional<AbortPhase> abort =
          any.below(16) == 0 ? std::optional(AbortPhase::kWaiting) : std::nullopt;
      const std::optional<Nanoseconds> ttfb = any.below(2) == 0 ? std::optional(duration / 2) : std::nullopt;
      const EndpointId endpoint = any.below(2) == 0 ? registry.intern(label) : shard.endpoint_for(label);
      const auto variant = static_cast<Variant>(tenant * 2 + other);
      shard.exchange_finished(shard.exchange_started(endpoint, method, variant), {.endpoint = endpoint,
                                                                                  .variant = variant,
                                                                                  .method = method,
                                                                                  .status = status,
                                                                                  .duration = duration,
                                                                                  .response_bytes = 7,
                                                                                  .abort = abort,
                                                                                  .backend_ttfb = ttfb});
      LabelMap expected = {{"endpoint", valid_utf8(label)},
                           {"method", std::string(method_label(method))},
                           {"tenant", tenants[tenant]},
                           {"aaa", others[other]}};
      counts[{"http_request_duration_seconds_count", expected}] += 1;
      bytes[{"http_response_bytes_total", expected}] += 7;
      sums_ns[{"http_request_duration_seconds_sum", expected}] +=
          static_cast<std::uint64_t>(duration.count());
      if (options.slo) {
        answered[{"http_request_backend_ttfb_seconds_count", expected}] += ttfb ? 1 : 0;
        judged[{"http_request_slo_total", expected}] += abort && duration <= *options.slo ? 0 : 1;
      }
      for (const char* phase : {"request", "waiting", "response"}) {
        aborts[{"wayside_client_aborts_total", {{"endpoint", valid_utf8(label)}, {"phase", phase}}}] +=
            abort && phase == std::string_view("waiting") ? 1 : 0;
      }
      expected.emplace("http_status", std::to_string(status));
      requests[{"http_requests_total", expected}] += 1;
    }

    for (const Format format : {Format::kText, Format::kOpenMetrics}) {
      std::string text;
      Exposition(registry, {}).render(text, {format, {}});
      const Samples samples = Reader(text).read();
      const auto of = [&](std::string_view name) {
        Samples found;
        for (const auto& [key, value] : samples) {
          if (key.first == name) found.emplace(key, value);
        }
        return found;
      };
      EXPECT_EQ(of("http_requests_total"), requests) << seed;
      EXPECT_EQ(of("http_request_duration_seconds_count"), counts) << seed;
      EXPECT_EQ(of("http_response_bytes_total"), bytes) << seed;
      EXPECT_EQ(of("http_request_backend_ttfb_seconds_count"), answered) << seed;
      EXPECT_EQ(of("http_request_slo_total"), judged) << seed;
      EXPECT_EQ(of("wayside_client_aborts_total"), aborts) << seed;
      for (const auto& [key, sum] : sums_ns)
        EXPECT_EQ(samples.at(key), static_cast<double>(sum) / 1e9) << seed;
      for (const auto& [key, value] : of("http_request_duration_seconds_bucket")) {
        if (key.second.at("le") != "+Inf") continue;
        LabelMap series = key.second;
        series.erase("le");
        EXPECT_EQ(value, counts.at({"http_request_duration_seconds_count", series})) << seed;
      }
    }
  }
}

}  // namespace
}  // namespace wayside::metrics
