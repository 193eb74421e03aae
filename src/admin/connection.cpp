#include "admin/connection.hpp"

#include "admin/negotiation.hpp"
#include "admin/pages.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
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
#include <new>
#include <openssl/err.h>
#include <openssl/ssl.h>
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
using TlsStream = asio::ssl::stream<Stream&>;
using ContextPtr = std::shared_ptr<const tls::ServerContext>;

constexpr unsigned kHttp11 = 11;  // HTTP/1.1, as Beast numbers it
constexpr unsigned kNotModified = 304;

// A large page is sent in pieces, so that a worker on the same processor runs between them: the kernel
// finishes a copy that it has begun.
constexpr std::size_t kPieceBytes = 32 * 1024;

bool is_oversize(error_code error) {
  return error == http::error::header_limit || error == http::error::buffer_overflow;
}

// Whether the parser refused the head, which gets a response. A client that left or was too slow gets none.
bool is_malformed(error_code error) {
  return error.category() == http::make_error_code(http::error::bad_method).category() &&
         error != http::error::end_of_stream && error != http::error::partial_message;
}

// Bodies are not read, so the connection ends behind a request with a body. The parser takes some transfer
// codings for no body, so any Transfer-Encoding ends the connection.
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

// joined_lines(); std::nullopt without such a field.
std::optional<std::string> joined_lines_if_any(const Parser::value_type& request, http::field name) {
  if (request.count(name) == 0) return std::nullopt;
  return joined_lines(request, name);
}

// A response before it is serialized.
struct Answer {
  Page page;
  std::string text{};  // of a short page; Connection::page has a large one
  bool is_compressed = false;
  bool is_head = false;
  bool goes_on = false;
  unsigned version = kHttp11;
};

// `bytes` outlives the response.
Response make_response(const Answer& answer, const std::string& bytes, const Access& access) {
  const Page& page = answer.page;
  Response response;
  response.version(answer.version);
  response.result(page.status);
  for (const Access::Field& field : access.fields)
    response.set(field.name, field.value);
  response.set(http::field::content_type, page.content_type);
  if (!page.allow.empty()) response.set(http::field::allow, page.allow);
  if (page.is_negotiated) response.set(http::field::vary, "Accept, Accept-Encoding");
  if (!page.location.empty()) response.set(http::field::location, page.location);
  if (!page.etag.empty()) response.set(http::field::etag, page.etag);
  for (const HeaderField& field : page.fields)
    response.set(field.name, field.value);
  if (answer.is_compressed) response.set(http::field::content_encoding, "gzip");
  // For HEAD too: what GET would get (RFC 9110 section 8.6). A 304 would have to give the length of the page.
  if (page.status != kNotModified) response.content_length(bytes.size());
  response.keep_alive(answer.goes_on);
  if (!answer.is_head) response.body() = {bytes.data(), bytes.size()};
  return response;
}

// Lets the io_context run other handlers for that many turns.
Awaitable<> give_way(int turns) {
  for (int i = 0; i < turns; ++i)
    co_await asio::post(asio::use_awaitable_t<net::Executor>());
}

// The turns in which requests that other clients have already sent are read: their connections are accepted,
// their coroutines started, their heads parsed.
constexpr int kTurnsToReadOthers = 4;

// While it lives, no other connection makes a page.
class Making {
 public:
  Making(bool& is_making, bool makes) noexcept : is_making_(makes ? &is_making : nullptr) {
    if (makes) is_making = true;
  }
  ~Making() {
    if (is_making_ != nullptr) *is_making_ = false;
  }
  Making(const Making&) = delete;
  Making& operator=(const Making&) = delete;

 private:
  bool* const is_making_;
};

// The context that a connection made now would get; nullptr: plain bytes.
ContextPtr current_context(const Access& access) {
  return access.tls == nullptr ? nullptr : access.tls->get();
}

// Whether the one who asks is admitted. Else `answer` is the refusal.
Awaitable<bool> authenticate(Service service, const Parser::value_type& request, const PageRequest& asked,
                             Answer& answer) {
  std::shared_ptr<const Access> access = service.access;
  if (access->users.empty() || is_open(*access, asked)) co_return true;
  auto checking =
      service.authenticator.check(std::move(access), joined_lines(request, http::field::authorization));
  const Verdict verdict = co_await std::move(checking);
  if (verdict == Verdict::kAdmitted) co_return true;
  answer.page =
      verdict == Verdict::kTooMany ? too_many_attempts_page(answer.text) : unauthorized_page(answer.text);
  co_return false;
}

// The answer to `parser`'s request; std::nullopt if the connection has ended meanwhile.
Awaitable<std::optional<Answer>> answer_request(Connection& connection, Service service,
                                                const Parser& parser) {
  const TimePoint asked_at = Clock::now();
  const auto& request = parser.get();
  const std::string accept = joined_lines(request, http::field::accept);
  const std::string host = joined_lines(request, http::field::host);
  const std::string if_none_match = joined_lines(request, http::field::if_none_match);
  const auto origin = joined_lines_if_any(request, http::field::origin);
  const auto sec_fetch_site = joined_lines_if_any(request, http::field::sec_fetch_site);
  const PageRequest asked{.method = request.method_string(),
                          .target = request.target(),
                          .accept = accept,
                          .host = host,
                          .origin = origin,
                          .sec_fetch_site = sec_fetch_site,
                          .if_none_match = if_none_match};
  Answer answer{.page = {},
                .is_head = request.method() == http::verb::head,
                .goes_on = may_go_on(parser) && !connection.is_reserved,
                .version = request.version()};
  const bool reloads = is_reload(service.pages, asked);
  if (connection.is_reserved && (reloads ? !service.admission.may_take_long(connection) : !is_probe(asked))) {
    answer.page = plain_page(503, "All connections are in use. Only /-/healthy and /-/ready are answered.",
                             answer.text);
    co_return answer;
  }
  const auto is_over = [&] { return service.is_stopped || Admission::is_closed(connection); };
  auto authenticating = authenticate(service, request, asked, answer);
  const bool is_admitted = co_await std::move(authenticating);
  if (is_over()) co_return std::nullopt;
  if (!is_admitted) co_return answer;
  if (reloads) {
    auto reload = service.pages.reload();
    const Checked<void, ReloadError> result = co_await std::move(reload);
    if (service.is_stopped) co_return std::nullopt;
    answer.page = reloaded_page(result, answer.text);
    co_return answer;
  }
  SharedPages::Wish wish{.key = sharing_key(service.pages, asked), .asked = asked_at};
  if (wish.key.empty()) {
    answer.page = admin::answer(service.pages, asked, answer.text);
    co_return answer;
  }
  auto others = give_way(kTurnsToReadOthers);
  co_await std::move(others);
  if (is_over()) co_return std::nullopt;
  wish.is_compressed = accepts_gzip(joined_lines(request, http::field::accept_encoding));
  if (service.admission.is_short_of_memory()) wish.max_age = SharedPages::kKeptFor;
  // Connections make pages one at a time, and probes are answered in between. Closed connections free their
  // memory when their coroutines end, a few turns later.
  while (!service.shared.has(wish)) {
    const bool is_too_much = service.admission.is_too_much(service.shared.in_memory());
    if (!is_too_much && !service.shared.is_making) break;
    if (is_too_much) {
      service.admission.make_room_for_a_page();
      service.shared.clear();
    }
    auto turn = give_way(1);
    co_await std::move(turn);
    if (is_over()) co_return std::nullopt;
  }
  const bool makes = !service.shared.has(wish);
  const Making making(service.shared.is_making, makes);
  SharedPages::Copy copy =
      service.shared.get(wish, [&](std::string& text) { return admin::answer(service.pages, asked, text); });
  connection.page = std::move(copy.bytes);
  if (makes) {
    auto turns = give_way(kTurnsToReadOthers);
    co_await std::move(turns);
    if (is_over()) co_return std::nullopt;
  }
  answer.page = copy.page;
  answer.is_compressed = wish.is_compressed;
  co_return answer;
}

// Waits for the client to close first: to close with unread bytes would reset the connection, and the client
// might lose the response (RFC 9112 section 9.6).
Awaitable<> linger(Stream& stream, std::chrono::milliseconds limit) {
  error_code error;
  stream.socket().shutdown(asio::socket_base::shutdown_send, error);
  stream.expires_after(limit);
  std::array<char, 1024> ignored;
  auto token = asio::redirect_error(asio::use_awaitable_t<net::Executor>(), error);
  while (!error) {
    co_await stream.async_read_some(asio::buffer(ignored), token);
  }
}

// Answers requests until the connection is to be ended in order; false if it has ended already. A connection
// ends behind its answer once others would get another context.
template <class S>
Awaitable<bool> serve_requests(S& stream, const ContextPtr& context, Connection& connection, Service service,
                               ConnectionLimits limits) {
  error_code error;
  auto token = asio::redirect_error(asio::use_awaitable_t<net::Executor>(), error);
  beast::flat_buffer buffer(limits.head_bytes);
  for (bool is_first = true, goes_on = true; goes_on; is_first = false) {
    if (!is_first && buffer.size() == 0) {
      connection.stream.expires_after(limits.idle);
      const auto space = buffer.prepare(limits.head_bytes);
      const std::size_t received = co_await stream.async_read_some(space, token);
      if (error) co_return false;
      buffer.commit(received);
    }

    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(limits.head_bytes));
    parser.body_limit(boost::none);  // bodies are not read, whatever their size
    connection.stream.expires_after(limits.head);
    co_await http::async_read_header(stream, buffer, parser, token);
    if (service.is_stopped || Admission::is_closed(connection)) co_return false;

    std::optional<Answer> answer;
    if (!error || is_oversize(error) || is_malformed(error)) service.admission.begin_answer(connection);
    if (!error) {
      auto answering = answer_request(connection, service, parser);
      answer = co_await std::move(answering);
      if (!answer) co_return false;
    } else if (is_oversize(error)) {
      answer.emplace();
      answer->page = plain_page(431, "The request head is too large.", answer->text);
    } else if (is_malformed(error)) {
      answer.emplace();
      answer->page = plain_page(400, "This is not an HTTP/1.1 request.", answer->text);
    } else {
      co_return false;
    }

    const Access& access = *service.access;
    answer->goes_on = answer->goes_on && context == current_context(access);
    goes_on = answer->goes_on;
    Response response = make_response(*answer, connection.page ? *connection.page : answer->text, access);
    connection.stream.expires_after(limits.write);
    http::response_serializer<http::span_body<const char>> serializer(response);
    serializer.limit(kPieceBytes);
    do {
      co_await http::async_write_some(stream, serializer, token);
      std::this_thread::yield();
    } while (!error && !serializer.is_done());
    if (error) co_return false;
    service.admission.end_answer(connection);
  }
  co_return true;
}

bool is_plain_http(const error_code& error) noexcept {
  return error.category() == asio::error::get_ssl_category() &&
         ERR_GET_REASON(static_cast<unsigned>(error.value())) == SSL_R_HTTP_REQUEST;
}

// For a client that speaks HTTP without TLS. OpenSSL has read a part of its request.
Awaitable<bool> refuse_plain_http(Connection& connection, Service service, ConnectionLimits limits) {
  Answer answer;
  answer.page = plain_page(400, "This port speaks TLS: use https.", answer.text);
  Response response = make_response(answer, answer.text, *service.access);
  error_code error;
  auto token = asio::redirect_error(asio::use_awaitable_t<net::Executor>(), error);
  connection.stream.expires_after(limits.write);
  co_await http::async_write(connection.stream, response, token);
  co_return !error;
}

// Throws std::bad_alloc.
SSL* new_session(const tls::ServerContext& context) {
  SSL* const session = ::SSL_new(context.handle());
  if (session == nullptr) throw std::bad_alloc();
  return session;
}

// Sends the close_notify (RFC 8446 section 6.1) and does not wait for the client's: what comes still is read
// by linger().
Awaitable<> end_tls(TlsStream& stream, Connection& connection, ConnectionLimits limits) {
  error_code ignored;
  auto token = asio::redirect_error(asio::use_awaitable_t<net::Executor>(), ignored);
  ::SSL_set_shutdown(stream.native_handle(), SSL_RECEIVED_SHUTDOWN);
  connection.stream.expires_after(limits.linger);
  co_await stream.async_shutdown(token);
}

// serve_requests() with TLS around it. `context` outlives the stream, whose callbacks belong to it.
Awaitable<bool> serve_tls(const ContextPtr& context, Connection& connection, Service service,
                          ConnectionLimits limits) {
  // Not an asio::ssl::context: it would take the context's own data for a callback of Asio's, and delete it.
  TlsStream stream(connection.stream, new_session(*context));
  error_code error;
  auto token = asio::redirect_error(asio::use_awaitable_t<net::Executor>(), error);
  connection.stream.expires_after(limits.head);
  co_await stream.async_handshake(asio::ssl::stream_base::server, token);
  if (service.is_stopped || Admission::is_closed(connection)) co_return false;
  if (error) {
    if (!is_plain_http(error)) co_return false;
    auto refusing = refuse_plain_http(connection, service, limits);
    co_return co_await std::move(refusing);
  }
  auto serving = serve_requests(stream, context, connection, service, limits);
  if (!co_await std::move(serving)) co_return false;
  auto ending = end_tls(stream, connection, limits);
  co_await std::move(ending);
  co_return true;
}

}  // namespace

Awaitable<> serve(Connection& connection, Service service, ConnectionLimits limits) {
  const ContextPtr context = current_context(*service.access);
  auto serving = context == nullptr ? serve_requests(connection.stream, context, connection, service, limits)
                                    : serve_tls(context, connection, service, limits);
  const bool ends_in_order = co_await std::move(serving);
  if (ends_in_order) co_await linger(connection.stream, limits.linger);
}

}  // namespace wayside::admin
