#include "wayside/routes/dialect.hpp"

#include <algorithm>

namespace wayside::routes {
namespace {

struct Row {
  std::string_view word;
  std::string_view framework;
};

// By dialect.
constexpr std::array<Row, kDialectCount> kRows = {{
    {"auto", "any framework"},
    {"openapi", "OpenAPI"},
    {"flask", "Flask"},
    {"django", "Django"},
    {"fastapi", "FastAPI"},
    {"starlette", "Starlette"},
    {"express4", "Express 4"},
    {"express5", "Express 5"},
    {"fastify", "Fastify"},
    {"koa", "Koa"},
    {"go", "Go"},
    {"rails", "Rails"},
    {"sinatra", "Sinatra"},
    {"spring", "Spring"},
    {"aspnet", "ASP.NET"},
    {"gin", "Gin"},
    {"chi", "chi"},
}};

}  // namespace

std::string_view to_string(Dialect dialect) noexcept {
  return kRows[static_cast<std::size_t>(dialect)].word;
}

std::optional<Dialect> dialect_from(std::string_view word) noexcept {
  const auto* const row = std::ranges::find(kRows, word, &Row::word);
  if (row == kRows.end()) return std::nullopt;
  return kDialects[static_cast<std::size_t>(row - kRows.begin())];
}

std::string_view framework_of(Dialect dialect) noexcept {
  return kRows[static_cast<std::size_t>(dialect)].framework;
}

}  // namespace wayside::routes
