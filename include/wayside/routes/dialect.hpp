// The framework in whose spelling a template is written.
//
// One text means different things to different frameworks: "/files/*" is one segment in a shell and
// everything below in Express 4. So a file, or a group of its entries, may name its dialect. How each dialect
// reads a text is in src/routes/dialect_traits.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wayside::routes {

enum class Dialect : std::uint8_t {
  kAuto,     // the notations of all frameworks in docs/routes.md, where they do not contradict each other
  kOpenApi,  // {id} alone: every other character stands for itself
  kFlask,
  kDjango,
  kFastApi,
  kStarlette,
  kExpress4,
  kExpress5,
  kFastify,
  kKoa,
  kGo,
  kRails,
  kSinatra,
  kSpring,
  kAspNet,
  kGin,
  kChi,
};

// Every dialect, in the order of its number, which indexes it.
inline constexpr std::array kDialects = {
    Dialect::kAuto,      Dialect::kOpenApi,  Dialect::kFlask,    Dialect::kDjango,  Dialect::kFastApi,
    Dialect::kStarlette, Dialect::kExpress4, Dialect::kExpress5, Dialect::kFastify, Dialect::kKoa,
    Dialect::kGo,        Dialect::kRails,    Dialect::kSinatra,  Dialect::kSpring,  Dialect::kAspNet,
    Dialect::kGin,       Dialect::kChi,
};
inline constexpr std::size_t kDialectCount = kDialects.size();

// The word of the configuration file: "auto", "express4", …. The text has static storage duration.
std::string_view to_string(Dialect dialect) noexcept;

// The dialect with this word; nothing where there is none. Words are case-sensitive.
std::optional<Dialect> dialect_from(std::string_view word) noexcept;

// The name of the framework for a person: "Express 4". "any framework" of kAuto.
std::string_view framework_of(Dialect dialect) noexcept;

}  // namespace wayside::routes
