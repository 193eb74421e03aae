#include "wayside/app/probe.hpp"

#include "wayside/base/ip.hpp"
#include "wayside/base/quote.hpp"
#include "wayside/base/text.hpp"
#include "wayside/base/wildcard.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <exception>
#include <fmt/format.h>
#include <memory>
#include <openssl/ssl.h>
#include <optional>
#include <utility>
#include <vector>

namespace wayside::app {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using Stream = asio::generic::stream_protocol;

constexpr std::string_view kReadyPage = "/-/ready";
constexpr std::size_t kLongestLine = 512;
constexpr std::string_view kForms =
    "http://host:port/path, https://host:port/path, unix:/socket or unix:/socket:/path";

// The address that reaches a listener from this machine.
Address reachable(Address listener) {
  if (is_ipv4_wildcard(listener.host)) listener.host = "127.0.0.1";
  if (is_ipv6_wildcard(listener.host)) listener.host = "::1";
  return listener;
}

std::string url_of(const ProbeTarget& target) {
  const std::string address = to_string(target.address);
  if (target.address.is_unix()) return fmt::format("{}:{}", address, target.target);
  return fmt::format("{}://{}{}", target.address.is_https ? "https" : "http", address, target.target);
}

asio::awaitable<std::vector<Stream::endpoint>> look_up(asio::io_context& io, Address address) {
  std::vector<Stream::endpoint> endpoints;
  if (address.is_unix()) {
    endpoints.emplace_back(asio::local::stream_protocol::endpoint(address.unix_path));
    co_return endpoints;
  }
  tcp::resolver resolver(io);
  const std::string port = std::to_string(address.port);
  const auto found = co_await resolver.async_resolve(address.host, port, asio::use_awaitable);
  for (const auto& entry : found)
    endpoints.emplace_back(entry.endpoint());
  co_return endpoints;
}

// Tries the endpoints in turn; throws the error of the last.
asio::awaitable<Stream::socket> connect(asio::io_context& io,
                                        const std::vector<Stream::endpoint>& endpoints) {
  Stream::socket socket(io);
  std::exception_ptr last_error;
  for (const Stream::endpoint& endpoint : endpoints) {
    try {
      socket = Stream::socket(socket.get_executor());
      co_await socket.async_connect(endpoint, asio::use_awaitable);
      co_return socket;
    } catch (const boost::system::system_error&) {
      last_error = std::current_exception();
    }
  }
  std::rethrow_exception(last_error);
}

using Parser = http::response_parser<http::buffer_body>;

struct Answer {
  std::optional<unsigned> status;
  std::string reason;  // what the status means; in the server's words where HTTP has none
  std::string body;    // the beginning, where the status is no success

  bool is_success() const { return *status / 100 == 2; }
};

// The head of the final response: informational ones come before it (RFC 9110 section 15.2).
template <class S>
asio::awaitable<void> read_final_head(S& stream, boost::beast::flat_buffer& buffer,
                                      std::optional<Parser>& parser) {
  do {
    parser.emplace();
    parser->body_limit(boost::none);
    co_await http::async_read_header(stream, buffer, *parser, asio::use_awaitable);
  } while (parser->get().result_int() / 100 == 1);
}

// Reads until the first line is complete, the body ends or `kLongestLine` bytes have come.
template <class S>
asio::awaitable<void> read_line(S& stream, boost::beast::flat_buffer& buffer, Parser& parser,
                                std::string& line) {
  std::array<char, kLongestLine> piece;
  while (!parser.is_done() && line.size() < kLongestLine && line.find('\n') == line.npos) {
    http::buffer_body::value_type& body = parser.get().body();
    body.data = piece.data();
    body.size = kLongestLine - line.size();
    boost::system::error_code ec;
    auto token = asio::redirect_error(asio::use_awaitable, ec);
    co_await http::async_read_some(stream, buffer, parser, token);
    line.append(piece.data(), kLongestLine - line.size() - body.size);
    if (ec && ec != http::error::need_buffer) co_return;
  }
}

// What came is in `answer`, also where nothing more comes.
template <class S>
asio::awaitable<void> converse(S& stream, const ProbeTarget& target, Answer& answer) {
  http::request<http::empty_body> request(http::verb::get, target.target, 11);
  request.set(http::field::host, target.address.is_unix() ? "localhost" : to_string(target.address));
  request.set(http::field::user_agent, "wayside-probe");
  request.set(http::field::connection, "close");
  co_await http::async_write(stream, request, asio::use_awaitable);
  boost::beast::flat_buffer buffer;
  std::optional<Parser> parser;
  co_await read_final_head(stream, buffer, parser);
  answer.status = parser->get().result_int();
  const http::status status = parser->get().result();
  answer.reason = status == http::status::unknown ? std::string(parser->get().reason())
                                                  : std::string(http::obsolete_reason(status));
  if (!answer.is_success()) co_await read_line(stream, buffer, *parser, answer.body);
}

// The certificate is not verified, as a kubelet's probe does not: the name in it is seldom that of the
// address that a probe asks, and the answer is no secret.
asio::awaitable<void> converse_by_tls(Stream::socket& socket, const ProbeTarget& target, Answer& answer) {
  asio::ssl::context context(asio::ssl::context::tls_client);
  asio::ssl::stream<Stream::socket&> stream(socket, context);
  if (!target.address.is_unix() && !parse_ip(target.address.host)) {
    std::string name = target.address.host;
    ::SSL_ctrl(stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
  }
  co_await stream.async_handshake(asio::ssl::stream_base::client, asio::use_awaitable);
  co_await converse(stream, target, answer);
}

asio::awaitable<void> ask(asio::io_context& io, ProbeTarget target, Answer& answer) {
  const std::vector<Stream::endpoint> endpoints = co_await look_up(io, target.address);
  Stream::socket socket = co_await connect(io, endpoints);
  if (target.address.is_https) {
    co_await converse_by_tls(socket, target, answer);
  } else {
    co_await converse(socket, target, answer);
  }
}

// "503 Service Unavailable: draining". What could move the cursor of a terminal is left out.
std::string text_of(const Answer& answer) {
  const std::string_view line = std::string_view(answer.body).substr(0, answer.body.find_first_of("\r\n"));
  std::string text = fmt::format("{}{}{}", *answer.status, answer.reason.empty() ? "" : " ", answer.reason);
  if (!line.empty()) text.append(": ").append(line);
  std::erase_if(text, [](char c) { return c < ' ' || c > '~'; });
  return text;
}

}  // namespace

Checked<ProbeTarget, ProbeError> probe_target(std::string_view url, const config::Settings& settings) {
  if (url.empty()) {
    Address address = reachable(settings.metrics_listen.front().address);
    address.is_https = settings.web.tls.has_value();
    return ProbeTarget{std::move(address), std::string(kReadyPage)};
  }
  const bool is_printable = std::ranges::all_of(url, [](char c) { return c > ' ' && c < '\x7f'; });
  if (!is_printable) return ProbeError{fmt::format("expected {}, found {}", kForms, in_quotes(url))};
  constexpr std::string_view kHttp = "http://";
  constexpr std::string_view kHttps = "https://";
  constexpr std::string_view kUnix = "unix:";
  std::string target(kReadyPage);
  std::string_view authority = url;
  if (url.starts_with(kUnix)) {
    // In the form that url_of() prints; the socket ends where the path begins.
    authority = url.substr(0, url.find(":/", kUnix.size()));
    if (authority.size() < url.size()) target = url.substr(authority.size() + 1);
  } else if (url.starts_with(kHttp) || url.starts_with(kHttps)) {
    const std::size_t begin = url.starts_with(kHttp) ? kHttp.size() : kHttps.size();
    const std::size_t end = std::min(url.find_first_of("/?#", begin), url.size());
    authority = url.substr(0, end);
    target = url.substr(end, url.find('#', end) - end);
    if (!target.starts_with('/')) target.insert(0, "/");
  }
  auto address = parse_backend_address(authority);
  if (address.has_error()) return ProbeError{address.error().message};
  return ProbeTarget{*std::move(address), std::move(target)};
}

ProbeOutcome probe(const ProbeTarget& target, Milliseconds timeout) {
  ProbeOutcome outcome{false, url_of(target) + ": "};
  auto io = std::make_unique<asio::io_context>(1);
  bool has_ended = false;
  Answer answer;
  const auto on_end = [&](const std::exception_ptr& error) {
    has_ended = true;
    if (!error) return;
    try {
      std::rethrow_exception(error);
    } catch (const boost::system::system_error& failure) {
      outcome.line += failure.code().message();
    }
  };
  asio::co_spawn(*io, ask(*io, target, answer), on_end);
  io->run_for(timeout);
  if (answer.status) {
    outcome.is_well = answer.is_success();
    outcome.line += text_of(answer);
  } else if (!has_ended) {
    outcome.line += fmt::format("no answer within {} ms", timeout.count());
  }
  if (has_ended) return outcome;
  // The destructor of the io_context waits for a look-up under way, which nothing can interrupt. The process
  // is about to end.
  static_cast<void>(io.release());
  return outcome;
}

}  // namespace wayside::app
