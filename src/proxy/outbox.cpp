#include "proxy/outbox.hpp"

#include <boost/asio/error.hpp>

#include <cassert>

namespace wayside::proxy {

void Outbox::add(std::string_view piece) noexcept {
  if (piece.empty()) return;
  assert(last_ < kPieces);
  pieces_[last_++] = boost::asio::const_buffer(piece.data(), piece.size());
}

error_code Outbox::flush(net::Stream& stream) {
  while (!empty()) {
    if (!stream.writable()) return {};
    const auto result = stream.write_some(pieces());
    if (!result) {
      if (result.error() == boost::asio::error::would_block) return {};
      return result.error();
    }
    written_ += *result;
    std::size_t taken = *result;
    while (first_ != last_ && taken >= pieces_[first_].size())
      taken -= pieces_[first_++].size();
    if (first_ == last_) {
      first_ = last_ = 0;
    } else {
      pieces_[first_] += taken;
    }
  }
  return {};
}

}  // namespace wayside::proxy
