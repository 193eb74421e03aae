// A source of lines for a writer.
#pragma once

#include <cstddef>
#include <span>

namespace wayside::output {

class LineSource {
 public:
  virtual ~LineSource() = default;
  // Moves the oldest lines, as many as fit, to `out` and returns their size; 0 if there are none, or the
  // first does not fit. Called by the writer's thread alone.
  virtual std::size_t take_lines(std::span<char> out) noexcept = 0;
};

}  // namespace wayside::output
