// Durations, sizes and numbers in text: "250ms", "8KiB", "1024".
//
// A quantity is a whole number and, for durations and sizes, a unit, without anything between or around them.
// The parsers accept `or_word`, which their callers handle ("none", "off"), only in their messages.
#pragma once

#include "wayside/base/clock.hpp"

#include "config/mistake.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wayside::config {

inline constexpr Milliseconds kMaxDuration = std::chrono::days{30};

// A duration in ms, s, m or h: at least `least`, at most kMaxDuration.
Parsed<Milliseconds> parse_duration(std::string_view text, Milliseconds least = Milliseconds{1});

// A size in B, KiB, MiB or GiB: from 1 to `max` bytes.
Parsed<std::uint64_t> parse_size(std::string_view text, std::uint64_t max, std::string_view or_word = {});

// A number from `min` to `max`; a `max` of SIZE_MAX is not mentioned.
Parsed<std::size_t> parse_count(std::string_view text, std::size_t min, std::size_t max = SIZE_MAX,
                                std::string_view or_word = {});

// A finite or infinite decimal number.
Parsed<double> parse_decimal(std::string_view text, std::string_view description);

// What the parsers take, as mistakes and documentation say it: "a duration from 1ms to 720h", "a size of at
// most 60KiB, or off", "a number from 1 to 1024, or auto".
std::string describe_duration(Milliseconds least = Milliseconds{1});
std::string describe_size(std::uint64_t max, std::string_view or_word = {});
std::string describe_count(std::size_t min, std::size_t max = SIZE_MAX, std::string_view or_word = {});

// The shortest text that the parser reads back: the largest unit that divides the quantity.
std::string print_duration(Milliseconds duration);
std::string print_size(std::uint64_t bytes);

// The fewest digits that yield the same number again.
std::string print_decimal(double number);

}  // namespace wayside::config
