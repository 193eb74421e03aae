// The live page: the files of src/admin/page, which the build puts into the program (page_files.cmake).
#pragma once

#include <span>
#include <string_view>

namespace wayside::admin {

struct PageFile {
  std::string_view name;   // within src/admin/page
  std::string_view bytes;  // static storage duration, like all views here
  std::string_view etag;   // a weak validator, the same for all codings: the hash of `bytes`
};

struct HeaderField {
  std::string_view name;
  std::string_view value;
};

// All files, sorted by name. Its source file is generated.
std::span<const PageFile> page_files() noexcept;

// The file that a path names: index.html for `/`, the others below `/page/`. nullptr if there is none.
const PageFile* page_file(std::string_view path) noexcept;

// The value of its Content-Type.
std::string_view content_type(const PageFile& file) noexcept;

// Whether the client has the file: `if_none_match` is the value of that field (RFC 9110 section 13.1.2), or
// empty.
bool client_has(const PageFile& file, std::string_view if_none_match) noexcept;

// The fields for every file: what a browser may load and do with it.
std::span<const HeaderField> page_file_fields() noexcept;

}  // namespace wayside::admin
