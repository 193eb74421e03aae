#include "wayside/http/websocket_frames.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::http {
namespace {

using enum WebSocketFrames::Sender;

std::string frame(WebSocketFrames::Sender sender, unsigned first, std::size_t length) {
  const unsigned mask_bit = sender == kClient ? 0x80 : 0;
  std::string text(1, static_cast<char>(first));
  const auto add_number = [&](int bytes) {
    for (int i = bytes - 1; i >= 0; --i)
      text += static_cast<char>(length >> (8U * static_cast<unsigned>(i)));
  };
  if (length <= 125) {
    text += static_cast<char>(mask_bit | length);
  } else if (length <= 0xFFFF) {
    text += static_cast<char>(mask_bit | 126U);
    add_number(2);
  } else {
    text += static_cast<char>(mask_bit | 127U);
    add_number(8);
  }
  if (sender == kClient) text += "mask";
  return text + std::string(length, '\x88');
}

constexpr std::size_t kLengths[] = {0, 1, 2, 125, 126, 127, 128, 1000, 65535, 65536, 70000};

TEST(WebSocketFrames, EndWhereTheirLengthSays) {
  for (const auto sender : {kClient, kServer}) {
    for (const std::size_t length : kLengths) {
      const std::string bytes = frame(sender, 0x82, length);
      WebSocketFrames frames(sender);
      EXPECT_TRUE(frames.is_between_frames());
      frames.advance(std::string_view(bytes).substr(0, bytes.size() - 1));
      EXPECT_FALSE(frames.is_between_frames()) << length;
      frames.advance(std::string_view(bytes).substr(bytes.size() - 1));
      EXPECT_TRUE(frames.is_between_frames()) << length;
      EXPECT_FALSE(frames.has_closed());
    }
  }
}

// However the bytes are cut, a boundary is reported exactly where a frame ends.
TEST(WebSocketFrames, EndAtTheSamePlaceHoweverTheBytesCome) {
  for (const auto sender : {kClient, kServer}) {
    std::string all;
    std::vector<std::size_t> ends{0};
    for (const std::size_t length :
         {0U, 3U, 125U, 126U, 300U, 1U, 0U, 7U, 7U, 7U, 7U, 7U, 7U, 7U, 7U, 7U, 7U, 8U}) {
      all += frame(sender, all.empty() ? 0x01 : 0x80, length);
      ends.push_back(all.size());
    }
    all += frame(sender, 0x89, 4);  // a ping
    ends.push_back(all.size());
    for (std::size_t cut = 0; cut <= all.size(); ++cut) {
      WebSocketFrames frames(sender);
      frames.advance(std::string_view(all).substr(0, cut));
      EXPECT_EQ(frames.is_between_frames(), std::ranges::find(ends, cut) != ends.end()) << cut;
      const std::size_t rest = frames.finish_frame(std::string_view(all).substr(cut));
      EXPECT_EQ(cut + rest, *std::ranges::lower_bound(ends, cut));
      EXPECT_TRUE(frames.is_between_frames());
      frames.advance(std::string_view(all).substr(cut + rest));
      EXPECT_TRUE(frames.is_between_frames());
    }
    WebSocketFrames byte_by_byte(sender);
    for (std::size_t i = 0; i < all.size(); ++i) {
      byte_by_byte.advance(std::string_view(all).substr(i, 1));
      EXPECT_EQ(byte_by_byte.is_between_frames(), std::ranges::find(ends, i + 1) != ends.end()) << i;
    }
  }
}

TEST(WebSocketFrames, TakesNoMoreThanThereIsOfAFrame) {
  WebSocketFrames frames(kServer);
  EXPECT_EQ(frames.finish_frame(std::string_view("\x81\x05hello")), 0U) << "no frame is under way";
  frames.advance(std::string_view("\x81\x05he"));
  EXPECT_EQ(frames.finish_frame(std::string_view("l")), 1U);
  EXPECT_FALSE(frames.is_between_frames());
  EXPECT_EQ(frames.finish_frame(std::string_view("lo\x81")), 2U);
  EXPECT_TRUE(frames.is_between_frames());
}

TEST(WebSocketFrames, TellsThatTheirSenderHasClosed) {
  for (const auto sender : {kClient, kServer}) {
    WebSocketFrames frames(sender);
    frames.advance(frame(sender, 0x82, 9) + frame(sender, 0x89, 0));
    EXPECT_FALSE(frames.has_closed());
    frames.advance(frame(sender, 0x88, 2));
    EXPECT_TRUE(frames.has_closed());
    EXPECT_TRUE(frames.is_between_frames());
  }
}

TEST(WebSocketFrames, AreNotKnownBehindAFrameThatBreaksARule) {
  const struct {
    WebSocketFrames::Sender sender;
    std::string bytes;
  } rows[] = {
      {kServer, frame(kClient, 0x82, 3)},             // masked
      {kClient, frame(kServer, 0x82, 3)},             // not masked
      {kServer, frame(kServer, 0x83, 3)},             // an unknown opcode
      {kServer, frame(kServer, 0x8B, 3)},             // an unknown control frame
      {kServer, frame(kServer, 0x09, 3)},             // a fragmented control frame
      {kServer, frame(kServer, 0x89, 126)},           // a long control frame
      {kServer, "\x82\x7F\x80" + std::string(7, 0)},  // a length above 2^63
      {kServer, "some text of another protocol"},
  };
  for (const auto& row : rows) {
    WebSocketFrames frames(row.sender);
    frames.advance(frame(row.sender, 0x82, 4) + row.bytes);
    EXPECT_FALSE(frames.is_between_frames());
    EXPECT_EQ(frames.finish_frame(std::string_view("abc")), 3U);
    frames.advance(frame(row.sender, 0x82, 4));
    EXPECT_FALSE(frames.is_between_frames());
  }
}

// permessage-deflate (RFC 7692) sets RSV1.
TEST(WebSocketFrames, MayBeCompressed) {
  WebSocketFrames frames(kServer);
  frames.advance(frame(kServer, 0xC1, 200));
  EXPECT_TRUE(frames.is_between_frames());
}

TEST(WebSocketFrames, HaveAClosingOneForEitherSide) {
  CloseFrame space;
  const auto text = [&](auto sender) {
    const auto bytes = write_going_away(sender, 0x01020304, space);
    return std::string(bytes.begin(), bytes.end());
  };
  EXPECT_EQ(text(kServer), "\x88\x02\x03\xE9");
  EXPECT_EQ(text(kClient), "\x88\x82\x01\x02\x03\x04\x02\xEB");
  for (const auto sender : {kClient, kServer}) {
    WebSocketFrames frames(sender);
    frames.advance(text(sender));
    EXPECT_TRUE(frames.has_closed());
    EXPECT_TRUE(frames.is_between_frames());
  }
}

}  // namespace
}  // namespace wayside::http
