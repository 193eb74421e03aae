#include "proxy/outbox.hpp"

#include <boost/asio/error.hpp>

#include <cassert>

namespace wayside::proxy {

void Outbox::add(std::string_view piece) noexcept {
  if (piece.empty()) return;
  if (!has_no_pieces()) {
    // A head and a body that are sent from where they were read.
    boost::asio::const_buffer& before = pieces_.back();
    if (static_cast<const char*>(before.data()) + before.size() == piece.data()) {
      before = boost::asio::const_buffer(before.data(), before.size() + piece.size());
      return;
    }
  }
  assert(pieces_.size() < kPieces);
  pieces_.emplace_back(piece.data(), piece.size());
}

error_code Outbox::flush(net::Stream& stream) {
  while (!empty()) {
    if (!stream.writable()) return {};
    const auto result = write_some(stream);
    if (!result) {
      if (result.error() == boost::asio::error::would_block) return {};
      return result.error();
    }
    written_ += *result;
  }
  return {};
}

// The pieces first, then the pipe.
Result<std::size_t> Outbox::write_some(net::Stream& stream) {
  if (has_no_pieces()) return stream.write_some(*pipe_);
  const auto result = stream.write_some(pieces());
  if (!result) return result;
  std::size_t taken = *result;
  while (!has_no_pieces() && taken >= pieces_[first_].size())
    taken -= pieces_[first_++].size();
  if (has_no_pieces()) {
    clear_pieces();
  } else {
    pieces_[first_] += taken;
  }
  return result;
}

}  // namespace wayside::proxy
