#include "wayside/metrics/shard.hpp"

#include "metrics/block.hpp"
#include "metrics/catalogue.hpp"
#include "metrics/cell.hpp"
#include "metrics/histogram.hpp"
#include "metrics/known_labels.hpp"

#include <array>
#include <cassert>
#include <deque>
#include <memory>
#include <new>
#include <vector>

namespace wayside::metrics {
namespace {

constexpr std::uint64_t kMinusOne = ~std::uint64_t{0};  // gauges wrap; see metrics/block.hpp

}  // namespace

// The worker's own index of what it counts: by endpoint, then by variant and method. Only the blocks are seen
// by other threads.
struct Shard::Impl {
  struct Row {
    std::array<Cell*, kMethodCount> cells{};  // of variant 0; nullptr: not used yet
    std::vector<Cell*> other_variants;        // by (variant - 1) * kMethodCount + method
    std::array<Block*, kStreamKindCount> streams{};
  };

  explicit Impl(Catalogue& its_catalogue)
      : catalogue(its_catalogue), labels(its_catalogue), own(its_catalogue.worker_values()) {
    blocks.add(own);
  }

  // Where the next exchange of this kind is most likely counted: in the cell of its endpoint and method,
  // under the status that the last one had. nullptr where that is not so.
  Cell* find_usual(const Observation& seen) const noexcept {
    if (seen.variant != 0 || seen.endpoint >= rows.size() || rows[seen.endpoint] == nullptr) return nullptr;
    Cell* const known = rows[seen.endpoint]->cells[method_index(seen.method)];
    return known != nullptr && known->last_status().code == seen.status ? known : nullptr;
  }

  Row& row(EndpointId endpoint) {
    if (endpoint >= rows.size()) rows.resize(endpoint + 1);
    if (rows[endpoint] == nullptr) rows[endpoint] = std::make_unique<Row>();
    return *rows[endpoint];
  }

  // Where the cell of these is remembered.
  Cell*& slot(EndpointId endpoint, Variant variant, Method method) {
    Row& its_row = row(endpoint);
    const std::size_t column = method_index(method);
    if (variant == 0) return its_row.cells[column];
    if (variant * kMethodCount > its_row.other_variants.size())
      its_row.other_variants.resize(variant * kMethodCount);
    return its_row.other_variants[(variant - 1U) * kMethodCount + column];
  }

  // The cell that counts these, which is the overflow endpoint's where the budget has no room. Throws
  // std::bad_alloc.
  Cell& cell(EndpointId endpoint, Variant variant, Method method) {
    Cell*& known = slot(endpoint, variant, method);
    return known != nullptr ? *known : make_cell(endpoint, variant, method, known);
  }

  // … which is remembered in `its_slot`. What is made moves no slot.
  Cell& make_cell(EndpointId endpoint, Variant variant, Method method, Cell*& its_slot) {
    if (const CellRecord* const record = catalogue.admit_cell(endpoint, variant, method)) {
      its_slot = &cells.emplace_back(*record);
      blocks.add(its_slot->block());
    } else {
      if (endpoint == kOverflowEndpoint) throw std::bad_alloc();  // it has room for whatever is counted there
      its_slot = &cell(kOverflowEndpoint, 0, method);
    }
    return *its_slot;
  }

  // Where a status of the cell is counted, which is in the overflow endpoint where the budget has no room; it
  // is the cell's last_status() then. Throws std::bad_alloc.
  const Cell::Status& status(Cell& its_cell, unsigned code) {
    const bool is_overflow = its_cell.record().endpoint == kOverflowEndpoint;
    // The overflow endpoint is bounded whatever the backend answers: its statuses are classes.
    const auto counted_as = static_cast<std::uint16_t>(is_overflow ? code / 100 : code);
    if (const Cell::Status* const known = its_cell.find_status(counted_as)) return *known;
    Cell::Status made{counted_as, is_overflow, nullptr};
    if (const StatusRecord* const record = catalogue.admit_status(its_cell.record(), counted_as)) {
      made.block = &status_blocks.emplace_back(record->values);
      blocks.add(*made.block);
    } else {
      if (is_overflow) throw std::bad_alloc();
      made.is_overflow = true;
      made.block = status(cell(kOverflowEndpoint, 0, its_cell.record().method), code).block;
    }
    its_cell.add_status(made);
    return *its_cell.find_status(counted_as);
  }

  Block& stream_block(EndpointId endpoint, StreamKind kind) {
    Row& its_row = row(endpoint);
    Block*& known = its_row.streams[static_cast<std::size_t>(kind)];
    if (known != nullptr) return *known;
    if (const StreamRecord* const record = catalogue.admit_stream(endpoint, kind)) {
      known = &stream_blocks.emplace_back(record->values);
      blocks.add(*known);
    } else {
      if (endpoint == kOverflowEndpoint) throw std::bad_alloc();
      known = &stream_block(kOverflowEndpoint, kind);
    }
    return *known;
  }

  // Finds the place first, or makes it.
  [[gnu::noinline]] void count_anywhere(const Observation& observation);
  // In this cell, under its last_status().
  void count(const Observation& observation, Cell& cell) noexcept;
  [[gnu::noinline]] void count_the_rest(const Observation& observation, Cell& cell) noexcept;
  // Against the target of the endpoint.
  static void judge(const Observation& observation, const EndpointLayout& layout, Block& block);

  void add(std::uint32_t offset, std::uint64_t amount) noexcept { own[offset].add(amount); }

  Catalogue& catalogue;
  KnownLabels labels;
  std::vector<std::unique_ptr<Row>> rows;  // by endpoint; nullptr: nothing was counted there
  // Their elements never move.
  std::deque<Cell> cells;
  std::deque<Block> status_blocks;
  std::deque<Block> stream_blocks;
  Block own;
  BlockList blocks;
};

void Shard::Impl::count_anywhere(const Observation& seen) {
  // The overflow endpoint is reserved for one variant only.
  const Variant variant = seen.endpoint == kOverflowEndpoint ? Variant{0} : seen.variant;
  Cell& its_cell = cell(seen.endpoint, variant, seen.method);
  status(its_cell, seen.status);
  count(seen, its_cell);
}

void Shard::Impl::count(const Observation& seen, Cell& its_cell) noexcept {
  const Cell::Status& its_status = its_cell.last_status();
  const EndpointLayout& layout = its_cell.layout();
  Block& block = its_cell.block();
  (*its_status.block)[0].add(1);
  block[EndpointLayout::kRequestBytes].add(seen.request_bytes);
  block[EndpointLayout::kResponseBytes].add(seen.response_bytes);
  if (seen.duration) observe(block, layout.duration, seen.duration->count());
  const bool is_usual =
      !layout.is_extended && !its_status.is_overflow && !seen.abort && seen.trace == nullptr;
  if (!is_usual) [[unlikely]]
    count_the_rest(seen, its_cell);
}

// What few endpoints have, and few exchanges.
void Shard::Impl::count_the_rest(const Observation& seen, Cell& its_cell) noexcept {
  const Cell::Status& its_status = its_cell.last_status();
  const EndpointLayout& layout = its_cell.layout();
  Block& block = its_cell.block();
  if (its_status.is_overflow) add(WorkerLayout::kOverflowed, 1);
  if (seen.abort) block[layout.aborts + static_cast<std::size_t>(*seen.abort)].add(1);
  const auto observe_extra = [&](ExtraHistogram extra, std::int64_t value) {
    const HistogramPlace& place = layout.extras[static_cast<std::size_t>(extra)];
    if (place.buckets != nullptr) observe(block, place, value);
  };
  if (!layout.options.extras.empty()) {
    if (seen.backend_ttfb) observe_extra(ExtraHistogram::kBackendTtfb, seen.backend_ttfb->count());
    if (seen.queue) observe_extra(ExtraHistogram::kQueue, seen.queue->count());
    if (seen.sizes_are_known) {
      observe_extra(ExtraHistogram::kRequestSize, static_cast<std::int64_t>(seen.request_bytes));
      observe_extra(ExtraHistogram::kResponseSize, static_cast<std::int64_t>(seen.response_bytes));
    }
  }
  if (!seen.duration) return;
  const std::int64_t nanoseconds = seen.duration->count();
  if (seen.trace != nullptr) keep_exemplar(block, layout.duration, *seen.trace, nanoseconds);
  const HistogramPlace& by_status =
      its_status.is_overflow ? catalogue.overflow_layout().status_duration : layout.status_duration;
  if (by_status.buckets != nullptr) {
    observe(*its_status.block, by_status, nanoseconds);
    if (seen.trace != nullptr) keep_exemplar(*its_status.block, by_status, *seen.trace, nanoseconds);
  }
  if (layout.options.slo) judge(seen, layout, block);
}

void Shard::Impl::judge(const Observation& seen, const EndpointLayout& layout, Block& block) {
  constexpr unsigned kFirstServerError = 500;
  const bool is_in_time = *seen.duration <= *layout.options.slo;
  // Nobody knows how it would have ended.
  if (seen.abort && is_in_time) return;
  const bool is_good = is_in_time && !seen.is_faulty && seen.status < kFirstServerError;
  block[layout.slo_good].add(is_good ? 1 : 0);
  block[layout.slo_total].add(1);
}

Shard::Shard(Catalogue& catalogue) : impl_(std::make_unique<Impl>(catalogue)) {}
Shard::~Shard() = default;

EndpointId Shard::endpoint_for(std::string_view label) noexcept {
  return impl_->labels.find(label);
}

std::optional<EndpointId> Shard::known_endpoint(std::string_view label) noexcept {
  return impl_->labels.find_known(label);
}

void Shard::exchange_started() noexcept {
  impl_->add(WorkerLayout::kInFlight, 1);
}

void Shard::exchange_finished(const Observation& observation) noexcept {
  assert(observation.status >= 100 && observation.status <= 999);
  impl_->add(WorkerLayout::kInFlight, kMinusOne);
  if (Cell* const usual = impl_->find_usual(observation)) [[likely]]
    return impl_->count(observation, *usual);
  if (observation.endpoint == kExcludedEndpoint) return;
  try {
    impl_->count_anywhere(observation);
  } catch (const std::bad_alloc&) {
    // Lost: see the top of the header.
  }
}

void Shard::stream_began(EndpointId endpoint, StreamKind kind) noexcept {
  if (endpoint == kExcludedEndpoint) return;
  try {
    impl_->stream_block(endpoint, kind)[EndpointLayout::kStreamActive].add(1);
  } catch (const std::bad_alloc&) {
    // Lost: see the top of the header.
  }
}

void Shard::stream_ended(EndpointId endpoint, StreamKind kind, Nanoseconds duration,
                         std::uint64_t bytes_from_client, std::uint64_t bytes_from_backend) noexcept {
  if (endpoint == kExcludedEndpoint) return;
  try {
    Block& block = impl_->stream_block(endpoint, kind);
    block[EndpointLayout::kStreamActive].add(kMinusOne);
    block[EndpointLayout::kStreamBytesFromClient].add(bytes_from_client);
    block[EndpointLayout::kStreamBytesFromBackend].add(bytes_from_backend);
    observe(block, impl_->catalogue.stream_duration(), duration.count());
  } catch (const std::bad_alloc&) {
    // Lost: see the top of the header.
  }
}

void Shard::observe_overhead(Nanoseconds overhead) noexcept {
  observe(impl_->own, impl_->catalogue.worker_layout().overhead, overhead.count());
}

void Shard::backend_failed(ReasonId reason) noexcept {
  impl_->own[impl_->catalogue.worker_layout().backend_errors + reason].add(1);
}

void Shard::request_rejected(ReasonId reason) noexcept {
  impl_->own[impl_->catalogue.worker_layout().rejections + reason].add(1);
}

void Shard::backend_retried() noexcept {
  impl_->add(WorkerLayout::kBackendRetries, 1);
}
void Shard::backend_queue_entered() noexcept {
  impl_->add(WorkerLayout::kBackendQueue, 1);
  impl_->add(WorkerLayout::kBackendQueued, 1);
}
void Shard::backend_queue_left() noexcept {
  impl_->add(WorkerLayout::kBackendQueue, kMinusOne);
}
void Shard::log_line_dropped() noexcept {
  impl_->add(WorkerLayout::kLogDropped, 1);
}

void Shard::client_connected() noexcept {
  impl_->add(WorkerLayout::kClientConnections, 1);
}
void Shard::client_closed() noexcept {
  impl_->add(WorkerLayout::kClientConnections, kMinusOne);
}
void Shard::client_evicted() noexcept {
  impl_->add(WorkerLayout::kClientsEvicted, 1);
}

void Shard::backend_connected() noexcept {
  impl_->add(WorkerLayout::kBackendConnects, 1);
  impl_->add(WorkerLayout::kBackendActive, 1);
}
void Shard::backend_became_idle() noexcept {
  impl_->add(WorkerLayout::kBackendActive, kMinusOne);
  impl_->add(WorkerLayout::kBackendIdle, 1);
}
void Shard::backend_became_busy() noexcept {
  impl_->add(WorkerLayout::kBackendIdle, kMinusOne);
  impl_->add(WorkerLayout::kBackendActive, 1);
}
void Shard::backend_closed(bool was_idle) noexcept {
  impl_->add(was_idle ? WorkerLayout::kBackendIdle : WorkerLayout::kBackendActive, kMinusOne);
}

const BlockList& Shard::blocks() const noexcept {
  return impl_->blocks;
}

}  // namespace wayside::metrics
