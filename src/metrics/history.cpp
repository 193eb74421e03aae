#include "wayside/metrics/history.hpp"

#include "metrics/growth.hpp"
#include "metrics/process_counts.hpp"
#include "metrics/series_registry.hpp"
#include "metrics/snapshot.hpp"
#include "metrics/tick_ring.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <numeric>

namespace wayside::metrics {
namespace {

static_assert(History::kTicks == kTicksKept);

using MethodGauge = FixedSlot<Scope::kMethod, FamilyType::kGauge>;
using StreamGauge = FixedSlot<Scope::kStream, FamilyType::kGauge>;
using Values = std::span<const std::uint64_t>;  // of one child, or of the workers

constexpr HistogramName kDurations("http_request_duration_seconds");

// A child of Scope::kMethod or kStatus.
struct Tracked {
  const Child* child;
  TickRing ring;
  std::optional<TimePoint> last_used{};
};

// A child and the endpoint at which it is shown.
struct Shown {
  EndpointId endpoint;
  const Tracked* tracked;
};

}  // namespace

struct History::Impl {
  using Group = std::span<const Shown>;

  Impl(const Registry& its_registry, TimePoint now)
      : registry(its_registry),
        series(its_registry.series()),
        kept_of_worker(KeptValues::of_worker(series.worker_layout(), registry.options().label_values)),
        workers(kept_of_worker) {
    boundaries.fill(now);
    take_snapshot();
    std::swap(before, present);
  }

  // Snapshots and children.
  void take_snapshot();
  void track_new_children();
  const KeptValues& kept_values(const EndpointLayout& layout);
  static Values block(const Snapshot& snapshot, ValueRange range) noexcept {
    return Values(snapshot.values).subspan(range.first, range.size);
  }
  Values now_of(const Child& child) const noexcept { return block(present, child.values); }
  Values before_of(const Child& child) const noexcept { return block(before, child.values); }

  // Ticks.
  TimePoint end_of(TickNumber tick) const noexcept { return boundaries[tick % boundaries.size()]; }
  TickRange newest(std::size_t ticks) const noexcept {
    const std::size_t kept = std::min<std::uint64_t>({ticks, newest_tick, kTicks});
    return {newest_tick - kept + 1, newest_tick};
  }
  TickRange after(TickNumber since) const noexcept {
    return newest(since > newest_tick ? kTicks : newest_tick - since);
  }

  // Endpoints. A question begins with these.
  void update_endpoints();
  Group group_of(EndpointId endpoint) const noexcept;
  bool is_hidden(EndpointId endpoint) const noexcept {
    return hides_in && *hides_in != endpoint && !facts[endpoint].is_interned;
  }

  Growth growth_of(Group group, TickRange window) const;
  EndpointUse use_of(Group group, const Growth& growth) const;
  std::uint64_t requests_total(Group group) const noexcept;
  EndpointUse use_of_endpoint(EndpointId endpoint, TickRange window, std::uint64_t streams) const;
  EndpointUse use_of_service(TickRange window) const;
  // The growth of the workers' values, by their index.
  std::vector<std::uint64_t> worker_growth(TickRange window) const;
  Distribution overhead_of(Values worker_growth) const;
  std::optional<TimePoint> last_use(const Tracked& tracked) const noexcept;
  std::vector<std::uint64_t> streams_by_endpoint() const;
  std::optional<EndpointId> find(std::string_view label) const;
  std::vector<StatusUse> statuses_of(Group group, TickRange window) const;
  std::vector<ExemplarUse> exemplars_of(Group group) const;
  Points points(Group group, TickRange ticks) const;

  const Registry& registry;
  const SeriesRegistry& series;
  std::optional<EndpointId> hides_in;

  Snapshot before;   // at the end of the newest tick
  Snapshot present;  // at the last question; has as many values
  SeriesRegistry::Children children;
  std::map<const EndpointLayout*, KeptValues> kept_of_methods;
  const KeptValues kept_of_status = KeptValues::of_status();
  const KeptValues kept_of_worker;
  std::array<std::deque<Tracked>, 2> tracked;  // as in `children`: of methods, of statuses
  TickRing workers;

  TickNumber newest_tick = 0;
  std::array<TimePoint, kTicks + 1> boundaries;  // the ends of ticks, by number; 0: when the first began
  TimePoint asked_at{};

  std::vector<EndpointFacts> facts;  // by EndpointId
  std::vector<Shown> shown;          // in the order of the endpoints
};

void History::Impl::take_snapshot() {
  // In this order: every value that was counted has its child.
  registry.snapshot(present);
  const std::size_t size = std::max(present.values.size(), series.update(children));
  present.values.resize(size);
  before.values.resize(size);
  track_new_children();
}

void History::Impl::track_new_children() {
  for (std::size_t scope = 0; scope < tracked.size(); ++scope) {
    for (std::size_t i = tracked[scope].size(); i < children[scope].size(); ++i) {
      const Child& child = *children[scope][i];
      const bool is_method = child.key.scope == Scope::kMethod;
      tracked[scope].push_back({&child, TickRing(is_method ? kept_values(*child.layout) : kept_of_status)});
    }
  }
}

const KeptValues& History::Impl::kept_values(const EndpointLayout& layout) {
  const auto known = kept_of_methods.find(&layout);
  if (known != kept_of_methods.end()) return known->second;
  return kept_of_methods.emplace(&layout, KeptValues::of_method(layout)).first->second;
}

void History::Impl::update_endpoints() {
  take_snapshot();
  facts = series.endpoints();
  shown.clear();
  shown.reserve(tracked[0].size() + tracked[1].size());
  for (const auto& of_scope : tracked) {
    for (const Tracked& each : of_scope) {
      const EndpointId endpoint = each.child->key.endpoint;
      shown.push_back({is_hidden(endpoint) ? *hides_in : endpoint, &each});
    }
  }
  std::ranges::stable_sort(shown, {}, &Shown::endpoint);
}

History::Impl::Group History::Impl::group_of(EndpointId endpoint) const noexcept {
  return Group(std::ranges::lower_bound(shown, endpoint, {}, &Shown::endpoint),
               std::ranges::upper_bound(shown, endpoint, {}, &Shown::endpoint));
}

Growth History::Impl::growth_of(Group group, TickRange window) const {
  Growth growth;
  for (const auto& [endpoint, each] : group) {
    growth.add(*each->child, [&, each = each](std::span<std::uint64_t> sums) {
      each->ring.add_to(sums, window);
      each->ring.add_to(sums, before_of(*each->child), now_of(*each->child));
    });
  }
  return growth;
}

EndpointUse History::Impl::use_of(Group group, const Growth& growth) const {
  EndpointUse use;
  use.by_class = growth.by_class();
  use.server_errors = growth.server_errors();
  use.aborts = growth.aborts();
  use.durations = growth.distribution(kDurations);
  use.requests_total = requests_total(group);
  for (const auto& [endpoint, each] : group) {
    use.last_used = std::max(use.last_used, last_use(*each));
    const ChildKey& key = each->child->key;
    if (key.scope == Scope::kMethod) {
      use.in_flight += now_of(*each->child)[MethodGauge("http_requests_in_flight")];
    } else if (now_of(*each->child)[StatusCounter("http_requests_total")] != 0) {
      use.methods.insert(key.method);
    }
  }
  return use;
}

std::uint64_t History::Impl::requests_total(Group group) const noexcept {
  std::uint64_t requests = 0;
  for (const auto& [endpoint, each] : group) {
    if (each->child->key.scope == Scope::kStatus)
      requests += now_of(*each->child)[StatusCounter("http_requests_total")];
  }
  return requests;
}

EndpointUse History::Impl::use_of_endpoint(EndpointId endpoint, TickRange window,
                                           std::uint64_t streams) const {
  const Group group = group_of(endpoint);
  const Growth growth = growth_of(group, window);
  EndpointUse use = use_of(group, growth);
  use.endpoint = endpoint;
  use.label = facts[endpoint].label;
  use.streams_active = streams;
  if (const auto target = facts[endpoint].layout->options.slo) {
    use.slo = {*target, growth.sum_of("http_request_slo_good_total"),
               growth.sum_of("http_request_slo_total")};
  }
  return use;
}

EndpointUse History::Impl::use_of_service(TickRange window) const {
  return use_of(shown, growth_of(shown, window));
}

std::vector<std::uint64_t> History::Impl::worker_growth(TickRange window) const {
  std::vector<std::uint64_t> growth(series.worker_layout().size());
  workers.add_to(growth, window);
  workers.add_to(growth, block(before, series.worker_values()), block(present, series.worker_values()));
  return growth;
}

Distribution History::Impl::overhead_of(Values worker_growth) const {
  constexpr HistogramName kOverhead("wayside_overhead_seconds");
  return distribution_of(series.worker_layout().histogram(kOverhead.ordinal()), worker_growth);
}

std::optional<TimePoint> History::Impl::last_use(const Tracked& each) const noexcept {
  return each.ring.has_grown(before_of(*each.child), now_of(*each.child)) ? asked_at : each.last_used;
}

std::vector<std::uint64_t> History::Impl::streams_by_endpoint() const {
  std::vector<std::uint64_t> streams(facts.size());
  for (const Child* const child : children[static_cast<std::size_t>(Scope::kStream)]) {
    const EndpointId endpoint = child->key.endpoint;
    streams[is_hidden(endpoint) ? *hides_in : endpoint] +=
        now_of(*child)[StreamGauge("wayside_streams_active")];
  }
  return streams;
}

std::optional<EndpointId> History::Impl::find(std::string_view label) const {
  const auto found = std::ranges::find(facts, label, &EndpointFacts::label);
  const auto endpoint = static_cast<EndpointId>(found - facts.begin());
  if (found == facts.end() || is_hidden(endpoint)) return std::nullopt;
  const bool is_known =
      found->is_in_force || requests_total(group_of(endpoint)) != 0 || streams_by_endpoint()[endpoint] != 0;
  return is_known ? std::optional(endpoint) : std::nullopt;
}

std::vector<StatusUse> History::Impl::statuses_of(Group group, TickRange window) const {
  std::map<std::pair<std::size_t, std::uint16_t>, StatusUse> by_status;
  for (const Shown& each : group) {
    const ChildKey& key = each.tracked->child->key;
    if (key.scope != Scope::kStatus) continue;
    StatusUse& use = by_status[{method_index(key.method), key.status}];
    use.method = key.method;
    use.status = key.status;
    use.requests += growth_of(Group(&each, 1), window).requests();
    use.requests_total += now_of(*each.tracked->child)[StatusCounter("http_requests_total")];
  }
  std::vector<StatusUse> statuses;
  statuses.reserve(by_status.size());
  for (const auto& [key, use] : by_status) {
    if (use.requests_total != 0) statuses.push_back(use);
  }
  return statuses;
}

// Variants and methods share the buckets of their endpoint.
std::vector<ExemplarUse> History::Impl::exemplars_of(Group group) const {
  std::map<std::size_t, Exemplar, std::greater<>> by_bucket;
  const Buckets* buckets = nullptr;
  for (const auto& [endpoint, each] : group) {
    const Child& child = *each->child;
    if (child.key.scope != Scope::kMethod) continue;
    const HistogramSlot& slot = (*child.layout)[kDurations];
    buckets = &*slot.buckets;
    const ValueIndex first = child.values.first + slot.bucket_offset(0);
    auto place = std::ranges::lower_bound(present.exemplars, first, {}, &BucketExemplar::bucket);
    for (; place != present.exemplars.end() && place->bucket < first + buckets->size(); ++place) {
      const auto [known, is_new] = by_bucket.try_emplace(place->bucket - first, place->exemplar);
      if (!is_new && known->second.timestamp_ns < place->exemplar.timestamp_ns)
        known->second = place->exemplar;
    }
  }
  std::vector<ExemplarUse> exemplars;
  exemplars.reserve(by_bucket.size());
  for (const auto& [bucket, exemplar] : by_bucket) {
    const auto exposed = [buckets](std::int64_t value) {
      return buckets->exposed(static_cast<double>(value));
    };
    ExemplarUse& use = exemplars.emplace_back();
    use.trace = exemplar.trace;
    use.seconds = exposed(exemplar.value);
    use.time = std::chrono::system_clock::time_point(
        std::chrono::duration_cast<std::chrono::system_clock::duration>(Nanoseconds(exemplar.timestamp_ns)));
    if (bucket < buckets->bounds().size()) use.bound = exposed(buckets->bounds()[bucket]);
  }
  return exemplars;
}

Points History::Impl::points(Group group, TickRange ticks) const {
  Points points;
  points.rates.reserve(ticks.size());
  points.errors.reserve(ticks.size());
  points.p95.reserve(ticks.size());
  Growth growth;
  std::uint64_t requests = 0;
  for (TickNumber tick = ticks.first; tick <= ticks.last; ++tick) {
    growth.clear();
    for (const auto& [endpoint, each] : group) {
      growth.add(*each->child, [&, each = each](std::span<std::uint64_t> sums) {
        each->ring.add_to(sums, {tick, tick});
      });
    }
    requests += growth.requests();
    const double seconds = std::chrono::duration<double>(end_of(tick) - end_of(tick - 1)).count();
    const auto per_second = [seconds](std::uint64_t count) {
      return seconds > 0 ? static_cast<double>(count) / seconds : 0;
    };
    points.rates.push_back(per_second(growth.requests()));
    points.errors.push_back(per_second(growth.server_errors()));
    points.p95.push_back(quantile(0.95, growth.distribution(kDurations)));
  }
  return requests == 0 ? Points{} : points;
}

std::uint64_t EndpointUse::requests() const noexcept {
  return std::accumulate(by_class.begin(), by_class.end(), std::uint64_t{0});
}

std::uint64_t EndpointUse::client_aborts() const noexcept {
  return std::accumulate(aborts.begin(), aborts.end(), std::uint64_t{0});
}

std::optional<double> EndpointUse::error_share() const noexcept {
  if (requests() == 0) return std::nullopt;
  return static_cast<double>(server_errors) / static_cast<double>(requests());
}

History::History(const Registry& registry, TimePoint now) : impl_(std::make_unique<Impl>(registry, now)) {}
History::~History() = default;

void History::hide_dynamic_endpoints_in(EndpointId endpoint) noexcept {
  impl_->hides_in = endpoint;
}

void History::tick(TimePoint now) {
  Impl& impl = *impl_;
  impl.take_snapshot();
  const Values workers_before = Impl::block(impl.before, impl.series.worker_values());
  const Values workers_now = Impl::block(impl.present, impl.series.worker_values());
  // All memory is taken first, so that a lack of it changes nothing.
  impl.workers.prepare(impl.workers.has_grown(workers_before, workers_now));
  for (auto& of_scope : impl.tracked) {
    for (Tracked& each : of_scope)
      each.ring.prepare(each.ring.has_grown(impl.before_of(*each.child), impl.now_of(*each.child)));
  }
  const TickNumber tick = ++impl.newest_tick;
  impl.boundaries[tick % impl.boundaries.size()] = now;
  impl.workers.write(tick, workers_before, workers_now);
  for (auto& of_scope : impl.tracked) {
    for (Tracked& each : of_scope) {
      const Values before = impl.before_of(*each.child);
      const Values present = impl.now_of(*each.child);
      if (each.ring.has_grown(before, present)) each.last_used = now;
      each.ring.write(tick, before, present);
    }
  }
  std::swap(impl.before, impl.present);
}

std::uint64_t History::newest_tick() const noexcept {
  return impl_->newest_tick;
}

LiveUse History::live(std::size_t ticks, TimePoint now) {
  Impl& impl = *impl_;
  impl.asked_at = now;
  impl.update_endpoints();
  const TickRange window = impl.newest(ticks);
  const std::vector<std::uint64_t> streams = impl.streams_by_endpoint();
  LiveUse use;
  use.covered = now - impl.end_of(window.first - 1);
  use.service = impl.use_of_service(window);
  use.service.streams_active = std::accumulate(streams.begin(), streams.end(), std::uint64_t{0});
  use.endpoints.reserve(impl.facts.size());
  for (EndpointId endpoint = 0; endpoint < impl.facts.size(); ++endpoint) {
    if (impl.is_hidden(endpoint)) continue;
    EndpointUse each = impl.use_of_endpoint(endpoint, window, streams[endpoint]);
    const bool is_known =
        impl.facts[endpoint].is_in_force || each.requests_total != 0 || each.streams_active != 0;
    if (is_known) use.endpoints.push_back(std::move(each));
  }
  std::ranges::stable_sort(use.endpoints, std::ranges::greater(), &EndpointUse::requests);
  const std::vector<std::uint64_t> worker_growth = impl.worker_growth(window);
  use.overhead = impl.overhead_of(worker_growth);
  use.process = read_process_counts(impl.registry, impl.present, worker_growth);
  return use;
}

std::optional<EndpointDetail> History::detail(std::string_view label, std::size_t ticks, TimePoint now) {
  Impl& impl = *impl_;
  impl.asked_at = now;
  impl.update_endpoints();
  const auto endpoint = impl.find(label);
  if (!endpoint) return std::nullopt;
  const TickRange window = impl.newest(ticks);
  const Impl::Group group = impl.group_of(*endpoint);
  const Growth growth = impl.growth_of(group, window);
  const EndpointLayout& layout = *impl.facts[*endpoint].layout;
  const auto distribution = [&](HistogramName name) {
    // An endpoint without requests has empty buckets.
    Distribution counted = growth.distribution(name);
    if (!counted.counts.empty() && !counted.bounds.empty()) return counted;
    const std::vector<std::uint64_t> zeros(layout.method.size());
    return distribution_of(layout[name], zeros);
  };
  const auto phase = [&](HistogramName name) {
    return layout[name].buckets ? std::optional(distribution(name)) : std::nullopt;
  };
  return EndpointDetail{
      .label = impl.facts[*endpoint].label,
      .covered = now - impl.end_of(window.first - 1),
      .durations = distribution(kDurations),
      .queue = phase("http_request_queue_seconds"),
      .backend = phase("http_request_backend_ttfb_seconds"),
      .statuses = impl.statuses_of(group, window),
      .aborts = growth.aborts(),
      .bytes_from_clients = growth.sum_of("http_request_bytes_total"),
      .bytes_from_backend = growth.sum_of("http_response_bytes_total"),
      .exemplars = impl.exemplars_of(group),
  };
}

Points History::points_of(EndpointId endpoint, std::uint64_t since) const {
  return impl_->points(impl_->group_of(endpoint), impl_->after(since));
}

Points History::points_of_service(std::uint64_t since) const {
  return impl_->points(impl_->shown, impl_->after(since));
}

std::size_t History::point_count(std::uint64_t since) const noexcept {
  return impl_->after(since).size();
}

std::size_t History::memory_bytes() const noexcept {
  std::size_t bytes = impl_->workers.memory_bytes();
  for (const auto& of_scope : impl_->tracked) {
    for (const Tracked& each : of_scope)
      bytes += each.ring.memory_bytes();
  }
  return bytes;
}

}  // namespace wayside::metrics
