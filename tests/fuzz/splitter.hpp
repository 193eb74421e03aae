// Cuts an input into pieces, as a network would.
//
// Where it cuts depends on the bytes of the input alone, so that an input always means the same and a corpus
// file is nothing but the bytes that a peer sends.
#pragma once

#include <cstddef>
#include <functional>
#include <random>
#include <string_view>

namespace wayside::fuzz {

class Splitter {
 public:
  explicit Splitter(std::string_view input)
      : random_(static_cast<std::minstd_rand::result_type>(std::hash<std::string_view>{}(input))) {}

  // The size of the next piece, 1 … `available`, which is not 0. Single bytes and all there is are as likely
  // as anything between them.
  std::size_t next(std::size_t available) {
    switch (random_() % 3) {
      case 0:
        return 1;
      case 1:
        return available;
      default:
        return 1 + random_() % available;
    }
  }

 private:
  std::minstd_rand random_;
};

}  // namespace wayside::fuzz
