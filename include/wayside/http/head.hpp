// Parsed message heads, as views into the parsed bytes.
//
// A head owns no text. Its views are valid until the parsed bytes move, change or are freed. Heads are large
// (a slot per possible field) and reused: each worker has one of each kind, filled and read without a
// suspension in between.
#pragma once

#include "wayside/base/method.hpp"
#include "wayside/http/field_name.hpp"
#include "wayside/http/limits.hpp"

#include <boost/container/static_vector.hpp>

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace wayside::http {

struct Field {
  field id = field::unknown;
  std::string_view name;           // as sent, case included
  std::string_view value;          // without surrounding white space
  const char* line_end = nullptr;  // one past the CRLF that ends the line, which starts at name.data()
};

// The field lines of a head, in their order, duplicates included.
class Fields {
 public:
  // Allocates room for `capacity` fields, once.
  explicit Fields(std::size_t capacity = limits::kFields) : fields_(capacity) {}

  void clear() noexcept { count_ = 0, names_ = {}; }
  // False if there are `capacity` fields already.
  bool push_back(const Field& field) noexcept {
    if (count_ == fields_.size()) return false;
    fields_[count_++] = field;
    names_.add(field.id);
    return true;
  }
  std::span<const Field> all() const noexcept { return {fields_.data(), count_}; }
  auto begin() const noexcept { return all().begin(); }
  auto end() const noexcept { return all().end(); }
  std::size_t size() const noexcept { return count_; }

  // The names of its fields, those outside FieldNames::kMembers excepted.
  FieldNames names() const noexcept { return names_; }
  // `id` is one of FieldNames::kMembers, here and below.
  bool contains(field id) const noexcept { return names_.contains(id); }
  // The first field of that name; nullptr if there is none.
  const Field* find(field id) const noexcept {
    if (!contains(id)) return nullptr;
    const Field* field = fields_.data();
    while (field->id != id)
      ++field;
    return field;
  }

 private:
  std::vector<Field> fields_;
  std::size_t count_ = 0;
  FieldNames names_;
};

// The options of a head's Connection fields (RFC 9110 section 7.6.1).
struct ConnectionOptions {
  bool close = false;
  bool keep_alive = false;
  bool upgrade = false;
  // Names of fields that a Connection field declares to be for this hop only. Nominations of end-to-end
  // fields are ignored.
  boost::container::static_vector<std::string_view, limits::kConnectionOptions> nominated;
  std::size_t named_count = 0;  // the ignored ones included

  void clear() noexcept {
    close = keep_alive = upgrade = false;
    nominated.clear();
    named_count = 0;
  }
};

struct RequestHead {
  Method method = Method::unknown;
  std::string_view method_token;
  std::string_view target;
  std::string_view authority;  // of a target in absolute-form; replaces Host (RFC 9112 section 3.2.2)
  unsigned minor_version = 1;  // of HTTP/1.x
  Fields fields;
  ConnectionOptions connection;
};

struct ResponseHead {
  unsigned status = 0;
  std::string_view reason;  // data() is null if the status line lacks the space in front of it
  unsigned minor_version = 1;
  Fields fields;
  ConnectionOptions connection;
};

}  // namespace wayside::http
