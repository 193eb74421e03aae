#include "wayside/listing/listing.hpp"

#include "listing/methods.hpp"
#include "listing/readers.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <utility>

namespace wayside::listing {
namespace {

using routes::Dialect;

constexpr std::array kFrameworks = {
    Framework{"chi", "chi.Walk() with fmt.Println(method, route)", Dialect::kChi, read_method_lines},
    Framework{"django", "python manage.py show_urls", Dialect::kDjango, read_django},
    Framework{"express", "express-list-routes", Dialect::kAuto, read_express},
    Framework{"express4", "express-list-routes", Dialect::kExpress4, read_express},
    Framework{"express5", "express-list-routes", Dialect::kExpress5, read_express},
    Framework{"fastapi", "curl http://127.0.0.1:8000/openapi.json", Dialect::kFastApi, read_fastapi},
    Framework{"fastify", "app.printRoutes()", Dialect::kFastify, read_fastify},
    Framework{"flask", "flask routes", Dialect::kFlask, read_flask},
    Framework{"gin", "the lines [GIN-debug] of its log", Dialect::kGin, read_method_lines},
    Framework{"go", "grep -rhE \"\\.Handle(Func)?\\(\", or one pattern a line", Dialect::kGo, read_go},
    Framework{"koa", "router.stack, methods and path", Dialect::kKoa, read_method_lines},
    Framework{"rails", "bin/rails routes", Dialect::kRails, read_rails},
    Framework{"sinatra", "App.routes, verb and pattern", Dialect::kSinatra, read_method_lines},
    Framework{"spring", "curl http://127.0.0.1:8080/actuator/mappings", Dialect::kSpring, read_spring},
};

// Joins entries of one path: frameworks print a line for each method, and wayside has one label for all.
std::vector<Entry> joined(std::vector<Entry> entries) {
  std::vector<Entry> out;
  std::map<std::tuple<std::string, Dialect, std::string>, std::size_t> places;
  for (Entry& entry : entries) {
    const auto [place, is_new] = places.try_emplace({entry.path, entry.dialect, entry.name}, out.size());
    if (is_new) {
      out.push_back(std::move(entry));
      continue;
    }
    Entry& earlier = out[place->second];
    if (earlier.methods.empty() || entry.methods.empty()) {
      earlier.methods = {};
    } else {
      earlier.methods.insert(entry.methods);
      earlier.methods = simplified(earlier.methods);
    }
  }
  return out;
}

}  // namespace

std::span<const Framework> frameworks() {
  return kFrameworks;
}

const Framework* find_framework(std::string_view word) noexcept {
  const auto* const found = std::ranges::find(kFrameworks, word, &Framework::word);
  return found == kFrameworks.end() ? nullptr : found;
}

Checked<Listing, ListingError> read_listing(const Framework& framework, std::string_view text) {
  auto listing = framework.read(text, framework.dialect);
  if (listing.has_error()) return listing.error();
  if (listing->entries.empty() && listing->notes.empty()) {
    return ListingError{
        1, 1, "expected a route, as in the output of " + std::string(framework.command) + ", found none"};
  }
  listing->entries = joined(std::move(listing->entries));
  return listing;
}

}  // namespace wayside::listing
