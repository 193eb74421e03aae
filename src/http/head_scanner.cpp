#include "wayside/http/head_scanner.hpp"

#include "wayside/base/text.hpp"

#include <cstring>

namespace wayside::http {

Checked<std::optional<std::size_t>, Violation> HeadScanner::scan(std::string_view bytes) noexcept {
  const std::optional<std::size_t> incomplete;
  if (bytes.empty()) return incomplete;
  // A request starts with a token (RFC 9110 section 9.1), a response with "HTTP/", and a TLS hello with
  // neither.
  if (scanned_ == 0) {
    if (kind_ == Kind::kRequest && bytes == "\r")
      return incomplete;  // half an empty line in front of a request
    const bool possible = kind_ == Kind::kRequest ? is_token_char(bytes.front()) : bytes.front() == 'H';
    if (!possible) return Violation::kMalformedHead;
  }

  while (scanned_ < bytes.size()) {
    const void* const found = std::memchr(bytes.data() + scanned_, '\n', bytes.size() - scanned_);
    if (found == nullptr) {
      scanned_ = bytes.size();
      break;
    }
    const auto line_feed = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
    // RFC 9112 section 2.2 lets a recipient take a bare LF for a line end. Two recipients that differ in that
    // see different messages, so it is refused.
    if (line_feed == 0 || bytes[line_feed - 1] != '\r') return Violation::kBareLineFeed;
    if (!first_line_complete_) {
      first_line_complete_ = true;
      if (kind_ == Kind::kRequest && line_feed + 1 > limits_->request_line)
        return Violation::kRequestLineTooLong;
    }
    scanned_ = line_feed + 1;
    if (line_feed >= 3 && bytes[line_feed - 2] == '\n') {
      if (scanned_ > limits_->head) return Violation::kHeadTooLarge;
      return std::optional<std::size_t>(scanned_);
    }
  }

  if (!first_line_complete_ && kind_ == Kind::kRequest && bytes.size() > limits_->request_line) {
    return Violation::kRequestLineTooLong;
  }
  if (bytes.size() > limits_->head) return Violation::kHeadTooLarge;
  return incomplete;
}

std::size_t leading_empty_lines(std::string_view bytes) noexcept {
  std::size_t count = 0;
  while (bytes.substr(count).starts_with("\r\n"))
    count += 2;
  return count;
}

}  // namespace wayside::http
