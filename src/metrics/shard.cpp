#include "wayside/metrics/shard.hpp"

#include "wayside/metrics/server_error.hpp"

#include "metrics/block.hpp"
#include "metrics/histogram.hpp"
#include "metrics/known_labels.hpp"
#include "metrics/method_blocks.hpp"
#include "metrics/series_registry.hpp"

#include <array>
#include <cassert>
#include <deque>
#include <memory>
#include <new>
#include <vector>

namespace wayside::metrics {
namespace {

// Values of the blocks, by the names of their families.
using MethodCounter = FixedSlot<Scope::kMethod, FamilyType::kCounter>;
using MethodGauge = FixedSlot<Scope::kMethod, FamilyType::kGauge>;
using StatusCounter = FixedSlot<Scope::kStatus, FamilyType::kCounter>;
using StreamCounter = FixedSlot<Scope::kStream, FamilyType::kCounter>;
using StreamGauge = FixedSlot<Scope::kStream, FamilyType::kGauge>;

// Gauges wrap; see metrics/block.hpp.
constexpr std::uint64_t kMinusOne = ~std::uint64_t{0};

// The phases stand in the order of their enum, so that a phase is an offset from the first one.
constexpr MethodCounter kAborts("wayside_client_aborts_total", "request");
static_assert(kAborts + static_cast<std::size_t>(AbortPhase::kRequest) == kAborts);
static_assert(kAborts + static_cast<std::size_t>(AbortPhase::kWaiting) ==
              MethodCounter("wayside_client_aborts_total", "waiting"));
static_assert(kAborts + static_cast<std::size_t>(AbortPhase::kResponse) ==
              MethodCounter("wayside_client_aborts_total", "response"));

// variant > 0
std::size_t other_variant_index(Variant variant, Method method) noexcept {
  return (variant - 1U) * kMethodCount + method_index(method);
}

}  // namespace

// The worker's index of its blocks: by endpoint, then by variant and method. Other threads see the blocks
// only.
struct Shard::Impl {
  struct Row {
    std::array<MethodBlocks*, kMethodCount> methods{};  // of variant 0; nullptr: not used yet
    std::vector<MethodBlocks*> other_variants;          // by other_variant_index()
    std::array<Block*, kStreamKindCount> streams{};
  };

  explicit Impl(SeriesRegistry& its_series)
      : series(its_series), labels(its_series), own(its_series.worker_values()) {
    blocks.add(own);
  }

  // The blocks that count these; nullptr before blocks_for() was asked for them.
  MethodBlocks* find_blocks(EndpointId endpoint, Variant variant, Method method) const noexcept {
    if (endpoint >= rows.size() || rows[endpoint] == nullptr) return nullptr;
    const Row& its_row = *rows[endpoint];
    if (variant == 0) return its_row.methods[method_index(method)];
    const std::size_t index = other_variant_index(variant, method);
    return index < its_row.other_variants.size() ? its_row.other_variants[index] : nullptr;
  }

  Row& row(EndpointId endpoint) {
    if (endpoint >= rows.size()) rows.resize(endpoint + 1);
    if (rows[endpoint] == nullptr) rows[endpoint] = std::make_unique<Row>();
    return *rows[endpoint];
  }

  // The entry of the index for these.
  MethodBlocks*& entry(EndpointId endpoint, Variant variant, Method method) {
    Row& its_row = row(endpoint);
    if (variant == 0) return its_row.methods[method_index(method)];
    if (variant * kMethodCount > its_row.other_variants.size())
      its_row.other_variants.resize(variant * kMethodCount);
    return its_row.other_variants[other_variant_index(variant, method)];
  }

  // The blocks that count these: those of the overflow endpoint where the budget has no room. Throws
  // std::bad_alloc.
  MethodBlocks& blocks_for(EndpointId endpoint, Variant variant, Method method) {
    // The overflow endpoint is reserved for one variant only.
    if (endpoint == kOverflowEndpoint) variant = 0;
    MethodBlocks*& known = entry(endpoint, variant, method);  // stays where it is below
    if (known != nullptr) return *known;
    if (const Child* const child = series.admit_child(
            {.scope = Scope::kMethod, .endpoint = endpoint, .variant = variant, .method = method})) {
      known = &methods.emplace_back(*child);
      blocks.add(known->block());
    } else {
      if (endpoint == kOverflowEndpoint) throw std::bad_alloc();  // it has room for all that is counted there
      known = &blocks_for(kOverflowEndpoint, 0, method);
    }
    return *known;
  }

  // The same; nullptr without memory.
  [[gnu::noinline]] MethodBlocks* try_blocks_for(EndpointId endpoint, Variant variant,
                                                 Method method) noexcept {
    try {
      return &blocks_for(endpoint, variant, method);
    } catch (const std::bad_alloc&) {
      return nullptr;
    }
  }

  // The block that counts a status of `its_blocks`: that of the overflow endpoint where the budget has no
  // room. Afterwards it is its_blocks.last_status(). Throws std::bad_alloc.
  const MethodBlocks::Status& status(MethodBlocks& its_blocks, unsigned code) {
    ChildKey key = its_blocks.key();
    const bool is_overflow = key.endpoint == kOverflowEndpoint;
    key.scope = Scope::kStatus;
    // The overflow endpoint is bounded whatever the backend answers: its statuses are classes.
    key.status = static_cast<std::uint16_t>(is_overflow ? code / 100 : code);
    if (const MethodBlocks::Status* const known = its_blocks.find_status(key.status)) return *known;
    MethodBlocks::Status made{key.status, is_overflow, nullptr};
    if (const Child* const child = series.admit_child(key)) {
      made.block = &add_block(*child);
    } else {
      if (is_overflow) throw std::bad_alloc();
      made.is_overflow = true;
      made.block = status(blocks_for(kOverflowEndpoint, 0, key.method), code).block;
    }
    its_blocks.add_status(made);
    return *its_blocks.find_status(key.status);
  }

  // The block that counts a stream which has begun.
  Block* find_stream_block(EndpointId endpoint, StreamKind kind) const noexcept {
    return rows[endpoint]->streams[static_cast<std::size_t>(kind)];
  }

  Block& stream_block(EndpointId endpoint, StreamKind kind) {
    Row& its_row = row(endpoint);
    Block*& known = its_row.streams[static_cast<std::size_t>(kind)];
    if (known != nullptr) return *known;
    if (const Child* const child =
            series.admit_child({.scope = Scope::kStream, .endpoint = endpoint, .kind = kind})) {
      known = &add_block(*child);
    } else {
      if (endpoint == kOverflowEndpoint) throw std::bad_alloc();
      known = &stream_block(kOverflowEndpoint, kind);
    }
    return *known;
  }

  Block& add_block(const Child& child) {
    Block& block = other_blocks.emplace_back(child.values);
    blocks.add(block);
    return block;
  }

  // Finds the blocks first, or makes them.
  [[gnu::noinline]] void count_anywhere(const Observation& observation);
  // In these blocks, under their last_status().
  void count(const Observation& observation, MethodBlocks& its_blocks) noexcept;
  [[gnu::noinline]] void count_the_rest(const Observation& observation, MethodBlocks& its_blocks) noexcept;
  // Against the target of the endpoint.
  static void judge(const Observation& observation, const EndpointLayout& layout, Block& block);

  SeriesRegistry& series;
  KnownLabels labels;
  std::vector<std::unique_ptr<Row>> rows;  // by endpoint; nullptr: nothing was counted there
  SingleWriter<std::uint64_t> in_flight_unexposed;
  // Their elements never move.
  std::deque<MethodBlocks> methods;
  std::deque<Block> other_blocks;  // of statuses and streams
  Block own;                       // of Scope::kWorker
  BlockList blocks;
};

void Shard::Impl::count_anywhere(const Observation& seen) {
  MethodBlocks& its_blocks = blocks_for(seen.endpoint, seen.variant, seen.method);
  status(its_blocks, seen.status);
  count(seen, its_blocks);
}

void Shard::Impl::count(const Observation& seen, MethodBlocks& its_blocks) noexcept {
  const MethodBlocks::Status& its_status = its_blocks.last_status();
  const EndpointLayout& layout = its_blocks.layout();
  Block& block = its_blocks.block();
  (*its_status.block)[StatusCounter("http_requests_total")].add(1);
  block[MethodCounter("http_request_bytes_total")].add(seen.request_bytes);
  block[MethodCounter("http_response_bytes_total")].add(seen.response_bytes);
  if (seen.duration) observe(block, layout["http_request_duration_seconds"], seen.duration->count());
  const bool is_usual =
      !layout.is_extended && !its_status.is_overflow && !seen.abort && seen.trace == nullptr;
  if (!is_usual) [[unlikely]]
    count_the_rest(seen, its_blocks);
}

// The families that few endpoints have, and the events that few exchanges see.
void Shard::Impl::count_the_rest(const Observation& seen, MethodBlocks& its_blocks) noexcept {
  const MethodBlocks::Status& its_status = its_blocks.last_status();
  const EndpointLayout& layout = its_blocks.layout();
  Block& block = its_blocks.block();
  if (its_status.is_overflow) own[WorkerCounter("wayside_series_overflow_total")].add(1);
  if (seen.abort) block[kAborts + static_cast<std::size_t>(*seen.abort)].add(1);
  const auto observe_extra = [&](HistogramName name, std::int64_t value) {
    if (layout[name].buckets) observe(block, layout[name], value);
  };
  if (!layout.options.extras.empty()) {
    if (seen.backend_ttfb) observe_extra("http_request_backend_ttfb_seconds", seen.backend_ttfb->count());
    if (seen.queue) observe_extra("http_request_queue_seconds", seen.queue->count());
    if (seen.sizes_are_known) {
      observe_extra("http_request_size_bytes", static_cast<std::int64_t>(seen.request_bytes));
      observe_extra("http_response_size_bytes", static_cast<std::int64_t>(seen.response_bytes));
    }
  }
  if (!seen.duration) return;
  const std::int64_t nanoseconds = seen.duration->count();
  if (seen.trace != nullptr)
    keep_exemplar(block, layout["http_request_duration_seconds"], *seen.trace, nanoseconds);
  const EndpointLayout& status_layout = its_status.is_overflow ? series.overflow_layout() : layout;
  const HistogramSlot& by_status = status_layout["http_server_request_duration_seconds"];
  if (by_status.buckets) {
    observe(*its_status.block, by_status, nanoseconds);
    if (seen.trace != nullptr) keep_exemplar(*its_status.block, by_status, *seen.trace, nanoseconds);
  }
  if (layout.options.slo) judge(seen, layout, block);
}

void Shard::Impl::judge(const Observation& seen, const EndpointLayout& layout, Block& block) {
  const bool is_in_time = *seen.duration <= *layout.options.slo;
  // How the exchange would have ended is not known.
  if (seen.abort && is_in_time) return;
  const bool is_good = is_in_time && !seen.is_faulty && !is_server_error(seen.status);
  block[MethodCounter("http_request_slo_good_total")].add(is_good ? 1 : 0);
  block[MethodCounter("http_request_slo_total")].add(1);
}

Shard::Shard(SeriesRegistry& series) : impl_(std::make_unique<Impl>(series)) {}
Shard::~Shard() = default;

EndpointId Shard::endpoint_for(std::string_view label) noexcept {
  return impl_->labels.find(label);
}

std::optional<EndpointId> Shard::known_endpoint(std::string_view label) noexcept {
  return impl_->labels.find_known(label);
}

StartedExchange Shard::exchange_started(EndpointId endpoint, Method method, Variant variant) noexcept {
  StartedExchange started;
  started.endpoint_ = endpoint;
  started.in_flight_ = &impl_->in_flight_unexposed;
  started.blocks_ = impl_->find_blocks(endpoint, variant, method);
  if (started.blocks_ == nullptr && endpoint != kExcludedEndpoint) [[unlikely]]
    started.blocks_ = impl_->try_blocks_for(endpoint, variant, method);
  if (started.blocks_ != nullptr) [[likely]]
    started.in_flight_ = &started.blocks_->block()[MethodGauge("http_requests_in_flight")];
  started.in_flight_->add(1);
  return started;
}

void Shard::exchange_finished(const StartedExchange& started, const Observation& observation) noexcept {
  assert(observation.status >= 100 && observation.status <= 999);
  if (started.in_flight_ != nullptr) [[likely]]
    started.in_flight_->add(kMinusOne);
  // The status is nearly always that of the last exchange there.
  const bool is_usual = started.blocks_ != nullptr && started.endpoint_ == observation.endpoint &&
                        started.blocks_->last_status().code == observation.status;
  if (is_usual) [[likely]]
    return impl_->count(observation, *started.blocks_);
  if (observation.endpoint == kExcludedEndpoint) return;
  try {
    impl_->count_anywhere(observation);
  } catch (const std::bad_alloc&) {
    // Lost: see the top of the header.
  }
}

bool Shard::stream_began(EndpointId endpoint, StreamKind kind) noexcept {
  if (endpoint == kExcludedEndpoint) return false;
  try {
    Block& block = impl_->stream_block(endpoint, kind);
    block[StreamGauge("wayside_streams_active")].add(1);
    block[StreamCounter("wayside_streams_total")].add(1);
    return true;
  } catch (const std::bad_alloc&) {
    return false;  // lost: see the top of the header
  }
}

void Shard::stream_ended(EndpointId endpoint, StreamKind kind, Nanoseconds duration,
                         std::uint64_t bytes_from_client, std::uint64_t bytes_from_backend) noexcept {
  Block* const found = impl_->find_stream_block(endpoint, kind);
  assert(found != nullptr);  // stream_began() has made it
  Block& block = *found;
  block[StreamGauge("wayside_streams_active")].add(kMinusOne);
  block[StreamCounter("wayside_stream_bytes_total", "from_client")].add(bytes_from_client);
  block[StreamCounter("wayside_stream_bytes_total", "from_backend")].add(bytes_from_backend);
  // The slot is the same in every stream, whatever its endpoint.
  observe(block, impl_->series.overflow_layout()["wayside_stream_duration_seconds"], duration.count());
}

void Shard::observe_overhead(Nanoseconds overhead) noexcept {
  constexpr HistogramName kOverhead("wayside_overhead_seconds");
  observe(impl_->own, impl_->series.worker_layout().histogram(kOverhead.ordinal()), overhead.count());
}

void Shard::observe_handshake(Nanoseconds duration) noexcept {
  constexpr HistogramName kHandshakes("wayside_tls_handshake_seconds");
  observe(impl_->own, impl_->series.worker_layout().histogram(kHandshakes.ordinal()), duration.count());
}

void Shard::add(WorkerCounter counter) noexcept {
  impl_->own[counter].add(1);
}

void Shard::add(ListedCounter counter, ListedValue value) noexcept {
  impl_->own[impl_->series.worker_layout().list_offset(counter.ordinal()) + value].add(1);
}

void Shard::change(WorkerGauge gauge, std::int64_t amount) noexcept {
  impl_->own[gauge].add(static_cast<std::uint64_t>(amount));
}

std::uint64_t Shard::in_flight_unexposed() const noexcept {
  return impl_->in_flight_unexposed.value();
}

const BlockList& Shard::blocks() const noexcept {
  return impl_->blocks;
}

}  // namespace wayside::metrics
