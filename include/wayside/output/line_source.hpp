// What a writer takes its lines from.
#pragma once

#include <cstddef>
#include <span>

namespace wayside::output {

class LineSource {
 public:
  virtual ~LineSource() = default;
  // Takes the oldest lines, as many as fit, and returns their size; 0 where there are none, or where the
  // first does not fit. The writer's thread only.
  virtual std::size_t take_lines(std::span<char> out) noexcept = 0;
};

}  // namespace wayside::output
