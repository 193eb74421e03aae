// A line of the access log: one exchange as a JSON object.
//
//     {"time":"2026-11-23T05:00:00.000Z","client":"10.0.0.1","method":"GET","target":"/users/1",
//      "route":"/users/{id}","status":200,"outcome":"completed","request_bytes":0,"response_bytes":512,
//      "duration":0.0123,"request_sent":0.0001,"response_head":0.0121,"overhead":0.00004,"trace_id":"0af7…"}
//
// Knows JSON; where the line goes is sink.hpp's business.
#pragma once

#include "wayside/base/clock.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace wayside::accesslog {

// Views end with the call that they are given to. What is not set is left out of the line.
struct Entry {
  std::chrono::system_clock::time_point time{};  // of the end of the exchange
  std::string_view client;                       // its address
  std::string_view method;                       // method and target: as they were sent; empty: no valid head
  std::string_view target;
  std::string_view route;  // the label of its endpoint, also where the metrics have no room for it
  unsigned status = 0;
  std::string_view outcome;  // "completed", or what went wrong, by the name that the metrics give the reason
  std::uint64_t request_bytes = 0;  // of the bodies, without framing
  std::uint64_t response_bytes = 0;
  // In seconds. All but `queue` count from the request head being complete.
  std::optional<Nanoseconds> queue{};          // before the request head was complete
  std::optional<Nanoseconds> duration{};       // to the end
  std::optional<Nanoseconds> request_sent{};   // to the last byte of the request that the backend took
  std::optional<Nanoseconds> response_head{};  // to the response head being complete
  std::optional<Nanoseconds> overhead{};       // the duration without the waits for client and backend
  std::uint64_t trace_id_high = 0;             // 0 and 0: there is no trace
  std::uint64_t trace_id_low = 0;
};

// Writes the line, its line feed included, and returns its size; nothing where it does not fit. Control
// characters and bytes that are no UTF-8 become \u00NN, so that a line is valid JSON whatever a peer sent.
// Never allocates.
std::optional<std::size_t> write_line(const Entry& entry, std::span<char> out) noexcept;

}  // namespace wayside::accesslog
