// What it costs to match a path: `bench_routes`, or one of its cases with --benchmark_filter=….
//
// The targets are drawn at random beforehand, so that neither the branch predictor nor the first cache level
// knows the next one by heart; the cost of drawing is not measured.
#include "wayside/routes/route_table.hpp"
#include "wayside/routes/unmatched.hpp"

#include "bench/yardstick.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <random>
#include <string>
#include <vector>

namespace wayside::routes {
namespace {

constexpr std::size_t kTargets = 4096;

// /api/v1/<resource>/{id}/<action>: five segments, a static one behind the parameter.
std::vector<RouteSpec> five_segment_routes(std::size_t count) {
  std::vector<RouteSpec> specs;
  for (std::size_t i = 0; i < count; ++i) {
    RouteSpec spec;
    spec.path = "/api/v" + std::to_string(i % 3 + 1) + "/resource-" + std::to_string(i / 7) + "/{id}/action" +
                std::to_string(i % 7);
    // Made different where the numbers above are not: each template once.
    spec.path += i % 21 == i % 7 ? "" : "-" + std::to_string(i % 21);
    specs.push_back(std::move(spec));
  }
  return specs;
}

std::string filled_in(std::string path, const std::string& id) {
  const std::size_t open = path.find('{');
  return path.replace(open, path.find('}') + 1 - open, id);
}

RouteTable table_of(const std::vector<RouteSpec>& specs) {
  auto table = RouteTable::build(specs);
  if (table.has_error()) throw std::logic_error(table.error().message);
  return *std::move(table);
}

std::vector<std::string> targets_of(const std::vector<RouteSpec>& specs, const std::string& suffix) {
  std::mt19937 random(1);
  std::vector<std::string> targets;
  for (std::size_t i = 0; i < kTargets; ++i) {
    targets.push_back(filled_in(specs[random() % specs.size()].path, std::to_string(random())) + suffix);
  }
  return targets;
}

void match_all_of(benchmark::State& state, const RouteTable& table, const std::vector<std::string>& targets) {
  std::size_t next = 0;
  bench::run_beside_yardstick(
      state, [&] { benchmark::DoNotOptimize(table.match(Method::get, targets[next++ % kTargets])); });
  state.SetItemsProcessed(state.iterations());
}

void BM_MatchFiveSegments(benchmark::State& state) {
  const auto specs = five_segment_routes(static_cast<std::size_t>(state.range(0)));
  match_all_of(state, table_of(specs), targets_of(specs, "?page=2"));
}
BENCHMARK(BM_MatchFiveSegments)->Arg(10)->Arg(1'000)->Arg(10'000);

// A path with a segment that has to be decoded first.
void BM_MatchEncoded(benchmark::State& state) {
  const auto specs = five_segment_routes(static_cast<std::size_t>(state.range(0)));
  match_all_of(state, table_of(specs), targets_of(specs, "%2D?page=2"));
}
BENCHMARK(BM_MatchEncoded)->Arg(1'000)->Arg(10'000);

// What a scanner asks for.
void BM_MatchNothing(benchmark::State& state) {
  const auto specs = five_segment_routes(static_cast<std::size_t>(state.range(0)));
  match_all_of(state, table_of(specs), targets_of(specs, "/wp-login.php"));
}
BENCHMARK(BM_MatchNothing)->Arg(1'000)->Arg(10'000);

// Each parameter is a number: one automaton, run once per request.
void BM_MatchConstrained(benchmark::State& state) {
  auto specs = five_segment_routes(static_cast<std::size_t>(state.range(0)));
  const auto targets = targets_of(specs, "");
  for (RouteSpec& spec : specs)
    spec.path = filled_in(spec.path, "{id:int}");
  match_all_of(state, table_of(specs), targets);
}
BENCHMARK(BM_MatchConstrained)->Arg(1'000)->Arg(10'000);

// The most that a path of ten segments can make the walk turn back: every level has a static and a parameter
// child, and the only difference comes at the end. Bounded by the nodes of the trie, about 2^11.
void BM_MatchWorstPath(benchmark::State& state) {
  constexpr std::size_t kLevels = 10;
  std::vector<RouteSpec> specs;
  for (std::size_t bits = 0; bits < (std::size_t{1} << kLevels); ++bits) {
    RouteSpec spec;
    for (std::size_t level = 0; level < kLevels; ++level) {
      spec.path += ((bits >> level) & 1U) != 0 ? "/a" : "/{p" + std::to_string(level) + "}";
    }
    spec.path += "/end";
    specs.push_back(std::move(spec));
  }
  const RouteTable table = table_of(specs);
  std::string path;
  for (std::size_t level = 0; level < kLevels; ++level)
    path += "/a";
  path += "/other";
  bench::run_beside_yardstick(state, [&] { benchmark::DoNotOptimize(table.match(Method::get, path)); });
}
BENCHMARK(BM_MatchWorstPath);

// The label of a request that no route matches: five segments, one of which is a number or a token.
void BM_GuessTemplate(benchmark::State& state) {
  constexpr std::size_t kRoutes = 1'000;
  const auto specs = five_segment_routes(kRoutes);
  auto targets = targets_of(specs, "?page=2");
  for (std::size_t i = 0; i < targets.size(); i += 2)
    targets[i] = filled_in(specs[i % kRoutes].path, "cus_NffrFeUfNV2Hib");
  std::array<char, 256> buffer;
  std::size_t next = 0;
  bench::run_beside_yardstick(
      state, [&] { benchmark::DoNotOptimize(guess_template(targets[next++ % kTargets], buffer)); });
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_GuessTemplate);

}  // namespace
}  // namespace wayside::routes

BENCHMARK_MAIN();
