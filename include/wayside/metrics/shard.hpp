// One worker's metrics.
//
// Written by that worker alone and read by the scrape at any time, without locks (see
// metrics/single_writer.hpp). A child (one combination of label values) is made when it is first counted,
// under the series budget and the registry's lock, and found by index from then on: only endpoint_for() and
// known_endpoint() look at label text.
//
// Every function is noexcept and allocates only where something is counted for the first time. Without memory
// for that, nothing is counted, and the request goes on.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/metrics/endpoint.hpp"
#include "wayside/metrics/family_slot.hpp"
#include "wayside/metrics/observation.hpp"
#include "wayside/metrics/single_writer.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace wayside::metrics {

class BlockList;
class MethodBlocks;
class SeriesRegistry;

// An index in a list of RegistryOptions::label_values.
using ListedValue = std::size_t;

// An exchange that has started, as its shard knows it. Empty before.
class StartedExchange {
 private:
  friend class Shard;
  SingleWriter<std::uint64_t>* in_flight_ = nullptr;  // the gauge that counts it
  MethodBlocks* blocks_ = nullptr;                    // where it is counted, as far as `endpoint_` says
  EndpointId endpoint_ = kOverflowEndpoint;
};

// See the top of the file. The worker only, except blocks() and in_flight_unexposed(). The alignment keeps
// the shards of two workers on different cache lines.
class alignas(64) Shard {
 public:
  // `series` outlives the shard. Throws std::bad_alloc.
  explicit Shard(SeriesRegistry& series);
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  // The endpoint of a label that is not in the configuration: a raw or a guessed path, a route that the
  // backend declares. kOverflowEndpoint where the budget has no room for a new one, or where the label is
  // longer than 256 bytes. Bytes that are not UTF-8 are replaced. Without lock and allocation once the label
  // is known, and once the budget is full.
  EndpointId endpoint_for(std::string_view label) noexcept;

  // The endpoint of any label; nothing: there is none yet, and none is made. Locks and allocates only where
  // endpoints were made since the last call with an unknown label.
  std::optional<EndpointId> known_endpoint(std::string_view label) noexcept;

  // The exchange is in flight from now on, under this endpoint.
  [[nodiscard]] StartedExchange exchange_started(EndpointId endpoint, Method method,
                                                 Variant variant = 0) noexcept;
  // Every exchange that starts finishes exactly once, with the same method and variant; its endpoint may be
  // another. An exchange whose request was not understood finishes without having started.
  void exchange_finished(const StartedExchange& started, const Observation& observation) noexcept;

  // A stream is part of its exchange: it begins after the exchange starts and ends before it finishes. False
  // where the stream is not counted: its endpoint is excluded, or memory ran out. stream_ended() is called
  // for the streams that are counted, with the same endpoint and kind.
  [[nodiscard]] bool stream_began(EndpointId endpoint, StreamKind kind) noexcept;
  void stream_ended(EndpointId endpoint, StreamKind kind, Nanoseconds duration,
                    std::uint64_t bytes_from_client, std::uint64_t bytes_from_backend) noexcept;

  // The time that an exchange took beyond waiting for the client and the backend.
  void observe_overhead(Nanoseconds overhead) noexcept;

  // The time of a TLS handshake with a client that is complete.
  void observe_handshake(Nanoseconds duration) noexcept;

  // Families of Scope::kWorker that the functions above do not keep.
  void add(WorkerCounter counter) noexcept;
  void add(ListedCounter counter, ListedValue value) noexcept;
  void change(WorkerGauge gauge, std::int64_t amount) noexcept;

  // Exchanges in flight that no gauge of an endpoint has: those of excluded endpoints, and those for whose
  // endpoint there was no memory. Any thread.
  std::uint64_t in_flight_unexposed() const noexcept;

  // All values that were counted here. Any thread.
  const BlockList& blocks() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wayside::metrics
