// A line of the access log: one exchange as a JSON object.
//
//     {"time":"2026-11-23T05:00:00.000Z","client":"10.0.0.1","method":"GET","target":"/users/1",
//      "route":"/users/{id}","status":200,"outcome":"completed","request_bytes":0,"response_bytes":512,
//      "duration":0.0123,"request_sent":0.0001,"response_head":0.0121,"overhead":0.00004,"trace_id":"0af7…"}
//
// Formats the line only; output::Ring takes it (output/ring.hpp).
#pragma once

#include "wayside/base/clock.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace wayside::accesslog {

// The views are valid during the call of write_line(). Unset optional members are left out of the line.
struct Entry {
  std::chrono::system_clock::time_point time{};  // of the end of the exchange
  std::string_view client;                       // the client's address
  std::string_view peer{};                       // of the proxy that named the client; empty: none did
  std::string_view method;                       // method and target as received; empty without a valid head
  std::string_view target;
  std::string_view route;  // the endpoint's label, even if the metrics have no room for it
  unsigned status = 0;
  std::string_view outcome;         // "completed", or the reason as the metrics name it
  std::uint64_t request_bytes = 0;  // of the body, without framing
  std::uint64_t response_bytes = 0;
  // Written in seconds. All but `queue` count from the end of the request head.
  std::optional<Nanoseconds> queue{};          // before the end of the request head
  std::optional<Nanoseconds> duration{};       // to the end of the exchange
  std::optional<Nanoseconds> request_sent{};   // to the last request byte sent to the backend
  std::optional<Nanoseconds> response_head{};  // to the end of the response head
  std::optional<Nanoseconds> overhead{};       // the duration without the waits for client and backend
  std::uint64_t trace_id_high = 0;             // both 0 without a trace
  std::uint64_t trace_id_low = 0;
};

// Writes the line with its line feed and returns the size; std::nullopt if it does not fit. Control
// characters and bytes of no UTF-8 sequence become \u00NN, so that the line is valid JSON whatever a peer
// sent. Never allocates.
std::optional<std::size_t> write_line(const Entry& entry, std::span<char> out) noexcept;

}  // namespace wayside::accesslog
