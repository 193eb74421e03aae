// How much one turn of a session may read before the other sessions of its worker get theirs.
//
// Two fast peers on one machine can keep a relay busy for as long as they like, so each loop that reads has a
// budget.
#pragma once

#include "wayside/net/stream.hpp"

#include <algorithm>

namespace wayside::proxy {

class ReadBudget {
 public:
  // Spends one read on `stream`, if it is readable and the budget lasts. Otherwise the stream is watched: for
  // bytes or, when the budget is spent, for the next turn of the readiness set.
  bool spend(net::Stream& stream) {
    if (stream.readable() && reads_left_ != 0) {
      --reads_left_;
      return true;
    }
    stream.readable() ? stream.yield_readable() : stream.watch_readable();
    return false;
  }

  // The read that was spent last is into a pipe.
  void spend_on_pipe() noexcept { reads_left_ -= std::min(reads_left_, kReadsOfAPipe - 1); }

 private:
  // A pipe takes as much as several blocks of memory.
  static constexpr int kReadsOfAPipe = 4;

  int reads_left_ = 16;  // of up to 64 KiB each
};

}  // namespace wayside::proxy
