#include "admin/gzip.hpp"

#include <limits>
#include <new>

#define ZLIB_CONST  // the input is const
#include <zlib.h>

namespace wayside::admin {

struct Gzip::State {
  z_stream stream{};
};

Gzip::Gzip() : state_(std::make_unique<State>()) {
  constexpr int kGzipFormat = 16;  // added to the window: a gzip header instead of zlib's own
  constexpr int kMemoryLevel = 8;  // zlib's default
  const int made = ::deflateInit2(&state_->stream, Z_BEST_SPEED, Z_DEFLATED, MAX_WBITS + kGzipFormat,
                                  kMemoryLevel, Z_DEFAULT_STRATEGY);
  if (made != Z_OK) throw std::bad_alloc();
}

Gzip::~Gzip() {
  ::deflateEnd(&state_->stream);
}

void Gzip::compress(std::string_view text, std::string& out) {
  z_stream& stream = state_->stream;
  ::deflateReset(&stream);
  // The bound holds for one call that is given everything at once, so there is no loop. zlib counts in
  // `uInt`; a scrape that long is not served by anybody.
  if (text.size() > std::numeric_limits<uInt>::max() / 2) throw std::bad_alloc();
  out.resize(::deflateBound(&stream, static_cast<uLong>(text.size())));
  stream.next_in = reinterpret_cast<const Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  ::deflate(&stream, Z_FINISH);
  out.resize(out.size() - stream.avail_out);
}

}  // namespace wayside::admin
