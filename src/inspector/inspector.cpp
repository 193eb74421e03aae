#include "wayside/inspector/inspector.hpp"

#include "wayside/base/rfc3339.hpp"
#include "wayside/routes/unmatched.hpp"

#include "inspector/catch_all.hpp"
#include "inspector/report.hpp"

#include <algorithm>
#include <utility>

namespace wayside::inspector {
namespace {

constexpr std::size_t kShownUnmatched = 100;

std::uint32_t bits_of(MethodSet methods) noexcept {
  std::uint32_t bits = 0;
  for (const Method method : kMethods) {
    if (methods.contains(method)) bits |= 1U << method_index(method);
  }
  return bits;
}

MethodNames names_of(MethodSet methods) {
  MethodNames names;
  for (const Method method : kMethods) {
    if (methods.contains(method)) names.push_back(method_label(method));
  }
  return names;
}

// Adds another worker's entry for the same suggestion.
void merge(UnmatchedPath& into, const UnmatchedPath& other) {
  into.count += other.count;
  into.error += other.error;
  into.first_seen = std::min(into.first_seen, other.first_seen);
  into.last_seen = std::max(into.last_seen, other.last_seen);
  into.methods.insert(other.methods);
  for (const std::uint16_t status : other.statuses) {
    const auto place =
        std::ranges::find_if(into.statuses, [status](std::uint16_t s) { return s == 0 || s == status; });
    if (place != into.statuses.end()) *place = status;
  }
}

// A scanner gets errors for paths that it made up. No status yet: the answer is under way.
bool has_errors_alone(const UnmatchedPath& path) {
  return path.statuses[0] != 0 && std::ranges::none_of(path.statuses, routes::shows_existence);
}

// Without examples, the row holds no path as a client sent it.
UnmatchedRow row_of(const UnmatchedPath& path, bool with_examples, const ClockReading& now) {
  UnmatchedRow row;
  if (path.is_guessed) row.suggestion = path.suggestion();
  if (with_examples) row.example = path.example();
  row.count = path.count;
  row.error = path.error;
  row.methods = names_of(path.methods);
  for (const std::uint16_t status : path.statuses) {
    if (status != 0) row.statuses.push_back(status);
  }
  row.first_seen = now.wall_time(path.first_seen);
  row.last_seen = now.wall_time(path.last_seen);
  return row;
}

}  // namespace

std::string ClockReading::wall_time(TimePoint time) const {
  const auto then = wall - std::chrono::duration_cast<std::chrono::system_clock::duration>(steady - time);
  return std::string(Rfc3339(then, Rfc3339::Precision::kSeconds).view());
}

Inspector::Inspector(std::size_t worker_count, bool shows_examples)
    : worker_count_(worker_count), shows_examples_(shows_examples) {
  for (std::size_t i = 0; i < worker_count; ++i)
    unmatched_.push_back(std::make_unique<UnmatchedPaths>());
  shown_ = prepare(std::make_shared<const routes::RouteTable>(), {});
}

Inspector::~Inspector() = default;

std::unique_ptr<const Inspector::Routes> Inspector::prepare(std::shared_ptr<const routes::RouteTable> table,
                                                            std::span<const routes::RouteSpec> specs) {
  auto prepared = std::make_unique<Routes>();
  prepared->table_ = std::move(table);
  prepared->specs_.assign(specs.begin(), specs.end());
  const auto known = [this](const std::string& path, MethodSet methods) {
    return &known_.try_emplace(Key(path, bits_of(methods)), worker_count_).first->second;
  };
  prepared->by_route_.assign(1, known({}, {}));  // routes::kUnmatched
  for (const routes::RouteSpec& spec : specs)
    prepared->by_route_.push_back(known(spec.path, spec.methods));
  return prepared;
}

std::unique_ptr<const Inspector::Routes> Inspector::show(std::unique_ptr<const Routes> routes) noexcept {
  return std::exchange(shown_, std::move(routes));
}

RouteUse& Inspector::Routes::use(std::size_t worker, routes::RouteId route) const {
  return by_route_[route]->uses[worker];
}

Report Inspector::report(const ClockReading& now) const {
  Report report;
  const std::vector<routes::RouteSpec>& specs = shown_->specs_;
  const std::vector<Known*>& by_route = shown_->by_route_;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const routes::RouteSpec& spec = specs[i];
    RouteRow row;
    row.path = spec.path;
    row.label = spec.label();
    row.place = routes::place_of(spec, i);
    row.methods = names_of(spec.methods);
    row.is_excluded = spec.is_excluded;
    TimePoint last{};
    for (const RouteUse& use : by_route[i + 1]->uses) {
      row.hits += use.hits();
      row.client_errors += use.client_errors();
      row.server_errors += use.server_errors();
      last = std::max(last, use.last());
    }
    if (last != TimePoint{}) row.last_used = now.wall_time(last);
    report.routes.push_back(std::move(row));
  }
  std::ranges::stable_sort(report.routes, std::ranges::greater(), &RouteRow::hits);
  for (const RouteUse& use : by_route[routes::kUnmatched]->uses)
    report.unmatched_count += use.hits();

  const std::vector<UnmatchedPath> unmatched = read_unmatched();
  for (const UnmatchedPath& path : unmatched)
    report.unmatched.push_back(row_of(path, shows_examples_, now));
  std::ranges::stable_sort(report.unmatched, std::ranges::greater(), &UnmatchedRow::count);
  if (report.unmatched.size() > kShownUnmatched) report.unmatched.resize(kShownUnmatched);
  report.catch_alls = find_catch_alls(unmatched);
  return report;
}

// The paths of all workers, one for each suggestion.
std::vector<UnmatchedPath> Inspector::read_unmatched() const {
  std::map<std::pair<std::string, bool>, UnmatchedPath> merged;
  for (const auto& paths : unmatched_) {
    for (const UnmatchedPath& path : paths->read()) {
      const auto [entry, is_new] =
          merged.try_emplace({std::string(path.suggestion()), path.is_guessed}, path);
      if (!is_new) merge(entry->second, path);
    }
  }
  std::vector<UnmatchedPath> paths;
  paths.reserve(merged.size());
  for (const auto& [suggestion, path] : merged)
    paths.push_back(path);
  return paths;
}

std::vector<CatchAllHint> Inspector::catch_all_hints() const {
  return find_catch_alls(read_unmatched());
}

std::vector<CatchAllHint> Inspector::find_catch_alls(const std::vector<UnmatchedPath>& paths) const {
  std::map<routes::RouteId, CatchAllHint> by_route;
  for (const UnmatchedPath& path : paths) {
    if (has_errors_alone(path)) continue;
    // The method chooses among routes of one template only.
    const routes::RouteId route = find_route_above(*shown_->table_, Method::get, path.example());
    if (route == routes::kUnmatched) continue;
    const std::string& its_path = shown_->specs_[route - 1].path;
    if (std::string catch_all = with_catch_all(its_path); !catch_all.empty()) {
      CatchAllHint& hint = by_route[route];
      hint.route = its_path;
      hint.catch_all = std::move(catch_all);
      hint.count += path.count;
    }
  }
  std::vector<CatchAllHint> hints;
  hints.reserve(by_route.size());
  for (auto& [route, hint] : by_route)
    hints.push_back(std::move(hint));
  std::ranges::stable_sort(hints, std::ranges::greater(), &CatchAllHint::count);
  return hints;
}

void Inspector::write(Format format, const ClockReading& now, std::string& out,
                      const FurtherColumns& further) const {
  switch (format) {
    case Format::kJson:
      return write_json(report(now), out);
    case Format::kText:
      return write_text(report(now), further, out);
  }
}

}  // namespace wayside::inspector
