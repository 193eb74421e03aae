#include "support/beast_head.hpp"

#include "wayside/http/head_parser.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace wayside::test {
namespace {

namespace beast = boost::beast::http;
using beast_view = boost::beast::string_view;
using boost::system::error_code;
using http::Violation;

// As text, so that two of them compare and print.
using Fields = std::vector<std::pair<std::string, std::string>>;

template <bool IsRequest>
class BeastParser final : public beast::basic_parser<IsRequest> {
 public:
  explicit BeastParser(std::string_view bytes) {
    this->header_limit(static_cast<std::uint32_t>(http::limits::kMaxHead));
    this->body_limit(boost::none);
    const std::size_t used = this->put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
    is_whole = !error && used == bytes.size() && this->is_header_done();
  }

  error_code error;
  bool is_whole = false;
  std::string start;  // as `start_of` writes it
  Fields fields;

 private:
  void on_request_impl(beast::verb, beast_view method, beast_view target, int version, error_code&) override {
    start.append(method).append(" ").append(target).append(" ").append(std::to_string(version % 10));
  }
  void on_response_impl(int code, beast_view reason, int version, error_code& ec) override {
    if (code < 100) ec = beast::error::bad_status;  // which it does not say itself
    start.append(std::to_string(code)).append(" ").append(reason).append(" ");
    start.append(std::to_string(version % 10));
  }
  void on_field_impl(beast::field, beast_view name, beast_view value, error_code&) override {
    fields.emplace_back(name, value);
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
  std::size_t on_body_impl(beast_view, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, beast_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast_view, error_code&) override { return 0; }
  void on_finish_impl(error_code&) override {}
};

std::string start_of(const http::RequestHead& head) {
  return std::string(head.method_token)
      .append(" ")
      .append(head.target)
      .append(" ")
      .append(std::to_string(head.minor_version));
}

std::string start_of(const http::ResponseHead& head) {
  return std::to_string(head.status)
      .append(" ")
      .append(head.reason)
      .append(" ")
      .append(std::to_string(head.minor_version));
}

// What Beast does not look at.
bool is_ours_alone(Violation violation) {
  switch (violation) {
    case Violation::kTooManyFields:
    case Violation::kObsoleteFolding:
    case Violation::kMissingHost:
    case Violation::kDuplicateHost:
    case Violation::kBadHost:
    case Violation::kBadTarget:
    case Violation::kConnectUnsupported:
    case Violation::kTooManyConnectionOptions:
      return true;
    default:
      return false;
  }
}

template <bool IsRequest, class Head>
std::string disagreement(std::string_view bytes, const Head& head, std::optional<Violation> violation) {
  const BeastParser<IsRequest> theirs(bytes);
  if (violation) {
    if (!theirs.is_whole || is_ours_alone(*violation)) return {};
    return "only Beast takes it; ours says " + std::string(to_token(*violation));
  }
  if (!theirs.is_whole) return "only ours takes it; Beast says " + theirs.error.message();
  if (theirs.start != start_of(head)) return "Beast reads the start as " + theirs.start;
  Fields ours;
  for (const http::Field& field : head.fields)
    ours.emplace_back(field.name, field.value);
  return ours == theirs.fields ? std::string() : "they read different fields";
}

// Beast judges what stands in these fields, and ours does that elsewhere or not at all. With names that mean
// nothing to either, both read them as fields.
std::string with_neutral_names(std::string_view bytes) {
  std::string text(bytes);
  std::size_t end = 0;
  for (std::size_t line = 0; line < text.size(); line = end + 1) {
    end = std::min(text.find('\n', line), text.size());
    const std::string_view rest = std::string_view(text).substr(line, end - line);
    switch (http::field_name(rest.substr(0, rest.find(':')))) {
      case http::FieldName::kContentLength:
      case http::FieldName::kTransferEncoding:
      case http::FieldName::kProxyConnection:
        text[line] = 'x';
        break;
      default:
        break;
    }
  }
  return text;
}

// Beast asks for the space behind a status code, where RFC 9112 section 4 does and many a backend does not
// send it.
std::string with_space_behind_status(std::string_view bytes) {
  constexpr std::size_t kSize = std::string_view("HTTP/1.1 200").size();
  std::string text(bytes);
  if (text.substr(std::min(kSize, text.size()), 2) == "\r\n") text.insert(kSize, " ");
  return text;
}

}  // namespace

std::string disagreement_about_request(std::string_view bytes) {
  const std::string text = with_neutral_names(bytes);
  http::RequestHead head;
  const auto violation = http::parse_request_head(text, head);
  return disagreement<true>(text, head, violation);
}

std::string disagreement_about_response(std::string_view bytes) {
  const std::string text = with_neutral_names(bytes);
  std::string unfolded = text;
  http::ResponseHead head;
  const auto violation = http::parse_response_head(unfolded, head);
  // Where there was a fold, both read what became of it.
  return disagreement<false>(with_space_behind_status(violation ? text : unfolded), head, violation);
}

}  // namespace wayside::test
