#include "admin/gzip.hpp"

#include <array>
#include <cstddef>
#include <new>

#define ZLIB_CONST  // the input is const
#include <zlib.h>

namespace wayside::admin {

struct Gzip::State {
  z_stream stream{};
};

Gzip::Gzip() : state_(std::make_unique<State>()) {
  constexpr int kGzipFormat = 16;  // added to the window: a gzip header instead of zlib's
  constexpr int kMemoryLevel = 8;  // zlib's default
  const int made = ::deflateInit2(&state_->stream, Z_BEST_SPEED, Z_DEFLATED, MAX_WBITS + kGzipFormat,
                                  kMemoryLevel, Z_DEFAULT_STRATEGY);
  if (made != Z_OK) throw std::bad_alloc();
}

Gzip::~Gzip() {
  ::deflateEnd(&state_->stream);
}

void Gzip::compress(std::string_view text, std::string& out, const std::function<void()>& between_pieces) {
  // Compressing a piece takes about as long as rendering 32 KiB of metrics.
  constexpr std::size_t kPieceBytes = 128 * 1024;
  std::array<char, 16 * 1024> done;
  z_stream& stream = state_->stream;
  ::deflateReset(&stream);
  out.clear();
  for (;;) {
    const std::string_view piece = text.substr(0, kPieceBytes);
    text.remove_prefix(piece.size());
    stream.next_in = reinterpret_cast<const Bytef*>(piece.data());
    stream.avail_in = static_cast<uInt>(piece.size());
    do {
      stream.next_out = reinterpret_cast<Bytef*>(done.data());
      stream.avail_out = static_cast<uInt>(done.size());
      ::deflate(&stream, text.empty() ? Z_FINISH : Z_NO_FLUSH);
      out.append(done.data(), done.size() - stream.avail_out);
    } while (stream.avail_out == 0);
    if (text.empty()) break;
    if (between_pieces) between_pieces();
  }
  out.shrink_to_fit();
}

}  // namespace wayside::admin
