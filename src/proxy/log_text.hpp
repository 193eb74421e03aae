// Texts of an exchange's heads for the access log, copied while the views of the heads last.
#pragma once

#include "wayside/net/buffer.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace wayside::proxy {

class LogText {
 public:
  // Longer ones are cut.
  static constexpr std::size_t kMaxMethod = 32;
  static constexpr std::size_t kMaxTarget = 2 * 1024;
  static constexpr std::size_t kMaxLabel = 512;
  static constexpr std::size_t kMaxClient = 64;

  void note_request(net::BufferPool& buffers, std::string_view method, std::string_view target) {
    text_ = buffers.take(net::BufferPool::Size::kSmall);
    method_ = append(method.substr(0, kMaxMethod));
    target_ = append(target.substr(0, kMaxTarget));
  }
  // After note_request(), once: the address of a client for whom a proxy asks.
  void note_client(std::string_view client) { client_ = append(client.substr(0, kMaxClient)); }
  // After note_request(), three times at most; the last label counts.
  void note_label(std::string_view label) { label_ = append(label.substr(0, kMaxLabel)); }

  // Empty before they are noted. The views end with the object, or when it moves.
  std::string_view method() { return view(method_); }
  std::string_view target() { return view(target_); }
  std::string_view label() { return view(label_); }
  std::string_view client() { return view(client_); }

 private:
  struct Piece {
    std::size_t begin = 0;
    std::size_t size = 0;
  };

  Piece append(std::string_view piece) {
    const std::size_t begin = text_.size();
    std::ranges::copy(piece, text_.space().begin());
    text_.commit(piece.size());
    return {begin, piece.size()};
  }
  std::string_view view(Piece piece) {
    return std::string_view(text_.data().data(), text_.size()).substr(piece.begin, piece.size);
  }

  net::Buffer text_;
  Piece method_;
  Piece target_;
  Piece label_;
  Piece client_;
};

}  // namespace wayside::proxy
