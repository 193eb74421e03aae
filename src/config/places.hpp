// Where the value of each setting stands, for mistakes that are found when all sources have been read.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace wayside::config {

// Keys are paths from the root: "metrics.listen[1]". A part of a value that has no place of its own has that
// of the value.
class Places {
 public:
  // The value of the setting `key` stands in the file, where its path may be shorter ("backend").
  void set_line(std::string_view key, const std::string& file, std::size_t line, std::string_view path);

  // The value of the setting `key` comes from an option or a variable; what the file says is overridden.
  void set_source(std::string_view key, std::string_view source);

  // What a mistake begins with: "wayside.yaml:3: listen[1]", "--listen", or `key` for a default.
  std::string of(std::string_view key) const;

  // The same within a sentence: "listen[1] (line 3)".
  std::string mention(std::string_view key) const;

 private:
  struct Place {
    std::string start;
    std::string mention;
  };
  const Place* find(std::string_view key) const noexcept;

  std::map<std::string, Place, std::less<>> places_;
};

}  // namespace wayside::config
