// The gzip content coding (RFC 1952), by zlib.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace wayside::admin {

// Keeps zlib's memory, a quarter of a megabyte, from one text to the next.
class Gzip {
 public:
  // Throws std::bad_alloc.
  Gzip();
  ~Gzip();
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  // Replaces `out` with `text` compressed, for speed rather than size. Calls `between_pieces`, if set,
  // between the pieces of a large text, so that other work can run. `out` has no spare capacity. Throws
  // std::bad_alloc.
  void compress(std::string_view text, std::string& out, const std::function<void()>& between_pieces = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wayside::admin
