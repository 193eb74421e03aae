// The wire format of Protocol Buffers (protobuf.dev/programming-guides/encoding), as far as the exposition
// needs it: fields and nested messages are appended to a string. Knows no schema.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wayside::metrics::protobuf {

// The number of a field in its message.
using Field = std::uint32_t;

void append_unsigned(std::string& out, Field field, std::uint64_t value);
// A field of type sint32 or sint64, which are zigzag-encoded.
void append_signed(std::string& out, Field field, std::int64_t value);
void append_double(std::string& out, Field field, double value);
void append_text(std::string& out, Field field, std::string_view text);

// Begins a message with its length in front; what is appended until close_message() is its content. Messages
// nest. Returns where it begins.
std::size_t open_delimited(std::string& out);
// Begins a message that is a field of another one.
std::size_t open_message(std::string& out, Field field);
void close_message(std::string& out, std::size_t begin);

}  // namespace wayside::metrics::protobuf
