#include "admin/connection.hpp"

#include "admin/gzip.hpp"
#include "admin/negotiation.hpp"
#include "admin/pages.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/span_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/none.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace wayside::admin {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

using Parser = http::request_parser<http::empty_body>;
using Response = http::response<http::span_body<const char>>;

constexpr unsigned kHttp11 = 11;  // as Beast counts

// A page of thousands of series leaves in pieces, as it was made, so that a worker on the same processor has
// its turn between them: what the kernel has begun to copy, it copies to the end.
constexpr std::size_t kPieceBytes = 32 * 1024;

bool is_oversize(error_code error) {
  return error == http::error::header_limit || error == http::error::buffer_overflow;
}

// Is it the parser that objects? Then the client deserves an answer; not so if it left or was too slow.
bool is_malformed(error_code error) {
  return error.category() == http::make_error_code(http::error::bad_method).category() &&
         error != http::error::end_of_stream && error != http::error::partial_message;
}

// Bodies are not read, so a connection whose client sends one cannot go on: where would the next request
// begin? A parser takes some Transfer-Encodings for no body at all; none is any good here.
bool may_go_on(const Parser& parser) {
  return parser.keep_alive() && parser.is_done() && parser.get().count(http::field::transfer_encoding) == 0;
}

// A list field may come in several lines (RFC 9110 section 5.3).
std::string joined_lines(const Parser::value_type& request, http::field name) {
  std::string value;
  for (auto [line, end] = request.equal_range(name); line != end; ++line) {
    if (!value.empty()) value += ',';
    value += line->value();
  }
  return value;
}

// What is sent, and what it was made from. Kept from answer to answer for its memory.
struct Body {
  std::string text;
  std::string compressed;
  std::optional<Gzip> gzip;  // made when a client first asks for it
  bool is_compressed = false;

  void compress() {
    if (!gzip) gzip.emplace();
    gzip->compress(text, compressed);
    is_compressed = true;
  }
  const std::string& bytes() const { return is_compressed ? compressed : text; }
};

// `body` outlives the response's use.
Response make_response(const Page& page, const Body& body, unsigned version, bool is_head, bool goes_on) {
  Response response;
  response.version(version);
  response.result(page.status);
  response.set(http::field::content_type, page.content_type);
  if (!page.allow.empty()) response.set(http::field::allow, page.allow);
  if (page.is_negotiated) response.set(http::field::vary, "Accept, Accept-Encoding");
  if (body.is_compressed) response.set(http::field::content_encoding, "gzip");
  const std::string& bytes = body.bytes();
  response.content_length(bytes.size());  // for HEAD too: what GET would get (RFC 9110 section 8.6)
  response.keep_alive(goes_on);
  if (!is_head) response.body() = {bytes.data(), bytes.size()};
  return response;
}

// Waits for the client to close first: closing while bytes of its own are still unread would reset the
// connection and might destroy the response on its way (RFC 9112 section 9.6).
Awaitable<> linger(Stream& stream, std::chrono::milliseconds limit) {
  error_code error;
  stream.socket().shutdown(asio::ip::tcp::socket::shutdown_send, error);
  stream.expires_after(limit);
  std::array<char, 1024> ignored;
  auto token = asio::redirect_error(asio::use_awaitable_t<net::Executor>(), error);
  while (!error) {
    co_await stream.async_read_some(asio::buffer(ignored), token);
  }
}

}  // namespace

Awaitable<> serve(Stream& stream, const AdminPages& pages, const bool& is_stopped, ConnectionLimits limits) {
  error_code error;
  auto token = asio::redirect_error(asio::use_awaitable_t<net::Executor>(), error);
  beast::flat_buffer buffer(limits.head_bytes);
  Body body;
  for (bool is_first = true, goes_on = true; goes_on; is_first = false) {
    if (!is_first && buffer.size() == 0) {
      stream.expires_after(limits.idle);
      const auto space = buffer.prepare(limits.head_bytes);
      const std::size_t received = co_await stream.async_read_some(space, token);
      if (error) co_return;
      buffer.commit(received);
    }

    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(limits.head_bytes));
    parser.body_limit(boost::none);  // a body is refused for being there, not for its size
    stream.expires_after(limits.head);
    co_await http::async_read_header(stream, buffer, parser, token);
    if (is_stopped) co_return;

    Page page;
    bool is_head = false;
    body.is_compressed = false;
    if (!error) {
      const auto& request = parser.get();
      is_head = request.method() == http::verb::head;
      goes_on = may_go_on(parser);
      const std::string accept = joined_lines(request, http::field::accept);
      const PageRequest asked{request.method_string(), request.target(), accept};
      if (is_reload(pages, asked)) {
        auto reload = pages.reload();
        const Checked<void, std::string> result = co_await std::move(reload);
        if (is_stopped) co_return;
        page = reloaded_page(result, body.text);
      } else {
        page = answer(pages, asked, body.text);
      }
      if (page.is_negotiated && accepts_gzip(joined_lines(request, http::field::accept_encoding))) {
        body.compress();
      }
    } else if (is_oversize(error)) {
      goes_on = false;
      page = plain_page(431, "The request head is too large.", body.text);
    } else if (is_malformed(error)) {
      goes_on = false;
      page = plain_page(400, "This is not an HTTP/1.1 request.", body.text);
    } else {
      co_return;
    }

    const unsigned version = error ? kHttp11 : parser.get().version();
    Response response = make_response(page, body, version, is_head, goes_on);
    stream.expires_after(limits.write);
    http::response_serializer<http::span_body<const char>> serializer(response);
    serializer.limit(kPieceBytes);
    do {
      co_await http::async_write_some(stream, serializer, token);
      std::this_thread::yield();
    } while (!error && !serializer.is_done());
    if (error) co_return;
  }
  co_await linger(stream, limits.linger);
}

}  // namespace wayside::admin
