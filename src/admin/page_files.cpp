#include "admin/page_files.hpp"

#include <algorithm>
#include <array>

namespace wayside::admin {
namespace {

constexpr std::string_view kFolder = "/page/";

constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

constexpr std::array kFields = {
    HeaderField{"Cache-Control", "no-cache"},  // kept by the browser, and asked for again with its ETag
    HeaderField{"Content-Security-Policy", kContentSecurityPolicy},
    HeaderField{"Referrer-Policy", "no-referrer"},
    HeaderField{"X-Content-Type-Options", "nosniff"},
};

}  // namespace

const PageFile* page_file(std::string_view path) noexcept {
  std::string_view name = "index.html";
  if (path != "/") {
    if (!path.starts_with(kFolder)) return nullptr;
    name = path.substr(kFolder.size());
  }
  const auto files = page_files();
  const auto found = std::ranges::find(files, name, &PageFile::name);
  return found == files.end() ? nullptr : &*found;
}

std::string_view content_type(const PageFile& file) noexcept {
  if (file.name.ends_with(".html")) return "text/html; charset=utf-8";
  if (file.name.ends_with(".css")) return "text/css; charset=utf-8";
  if (file.name.ends_with(".js")) return "text/javascript; charset=utf-8";
  return "image/svg+xml";
}

bool client_has(const PageFile& file, std::string_view if_none_match) noexcept {
  // Weak comparison: the mark of weakness does not count. A hash in quotes is part of no other validator.
  const std::string_view opaque = file.etag.substr(file.etag.find('"'));
  return if_none_match == "*" || if_none_match.find(opaque) != if_none_match.npos;
}

std::span<const HeaderField> page_file_fields() noexcept {
  return kFields;
}

}  // namespace wayside::admin
