#include "wayside/http/own_response.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace wayside::http {
namespace {

std::string written(const OwnResponse& response) {
  std::vector<char> out(512 + response.explanation.size());
  const auto size = write_own_response(response, out);
  return size ? std::string(out.data(), *size) : "nothing";
}

TEST(OwnResponse, IsShortPlainText) {
  EXPECT_EQ(written({.status = 502, .explanation = "the backend cannot be reached"}),
            "HTTP/1.1 502 Bad Gateway\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Length: 43\r\n"
            "Connection: close\r\n"
            "\r\n"
            "Bad Gateway: the backend cannot be reached\n");
}

// RFC 9110 section 9.3.2: the head is that of a GET, its Content-Length included.
TEST(OwnResponse, IsTheHeadAloneForHead) {
  const std::string get = written({.status = 504, .explanation = "late"});
  const std::string head = written({.status = 504, .explanation = "late", .request_method = Method::head});
  EXPECT_EQ(head, get.substr(0, get.find("\r\n\r\n") + 4));
}

// RFC 9112 section 9.3: HTTP/1.1 stays open unless told otherwise, HTTP/1.0 the other way round.
TEST(OwnResponse, SaysWhetherTheConnectionStays) {
  const auto connection_line = [](bool close, bool announce) {
    const std::string text =
        written({.status = 503, .explanation = "", .close = close, .announce_keep_alive = announce});
    const std::size_t found = text.find("Connection: ");
    return found == text.npos ? "" : text.substr(found, text.find("\r\n", found) - found);
  };
  EXPECT_EQ(connection_line(true, false), "Connection: close");
  EXPECT_EQ(connection_line(true, true), "Connection: close");
  EXPECT_EQ(connection_line(false, true), "Connection: keep-alive");
  EXPECT_EQ(connection_line(false, false), "");
}

TEST(OwnResponse, FitsOrWritesNothingPastTheEnd) {
  const OwnResponse response{.status = 431, .explanation = "the message head is too large"};
  const std::size_t size = written(response).size();
  for (std::size_t room = 0; room < size; ++room) {
    std::vector<char> out(size + 16, '#');
    EXPECT_FALSE(write_own_response(response, std::span(out).first(room)).has_value()) << room;
    EXPECT_TRUE(std::all_of(out.begin() + static_cast<std::ptrdiff_t>(room), out.end(), [](char c) {
      return c == '#';
    })) << room;
  }
}

}  // namespace
}  // namespace wayside::http
