// A file descriptor with an owner, which closes it.
#pragma once

#include <unistd.h>
#include <utility>

namespace wayside::net {

class Descriptor {
 public:
  Descriptor() noexcept = default;
  explicit Descriptor(int number) noexcept : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() { close(); }

  bool is_open() const noexcept { return number_ >= 0; }
  // -1 if none is open.
  int number() const noexcept { return number_; }
  // Gives up ownership: the caller closes the number.
  int release() noexcept { return std::exchange(number_, -1); }
  // Linux frees the number whatever close(2) returns.
  void close() noexcept {
    if (is_open()) ::close(std::exchange(number_, -1));
  }

 private:
  int number_ = -1;
};

}  // namespace wayside::net
