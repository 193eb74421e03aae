// One descriptor for each setting: its key in the file, its flag and variable, its type, its default text.
//
// The table of them (setting_table.cpp) drives the reading of the three sources, --check and --help, and the
// man pages and completions are made from it; tests hold docs/configuration.md and config/wayside.yaml to it.
// A new setting is a member of Settings with its default, a row of the table, and a line in each of these two
// files.
#pragma once

#include "wayside/config/settings.hpp"

#include "config/mistake.hpp"
#include "config/places.hpp"
#include "config/values.hpp"
#include "config/yaml_node.hpp"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace YAML {
class Emitter;
}

namespace wayside::config {

// Texts as a source gave them. `folder` is where relative file names begin; empty: the current directory.
struct SourceTexts {
  Texts texts;  // never empty, unless the setting is a list
  std::filesystem::path folder{};
};

// A value that is one text, or a list of texts, in every source.
struct TextValue {
  // Stores the value, or says why it cannot.
  std::optional<Mistake> (*set)(const SourceTexts& source, Settings& settings);
  // The texts that `set` reads back; none for an absent scalar.
  std::vector<std::string> (*print)(const Settings& settings);
  Accepted (*accepted)();
  bool is_list = false;
};

// A value with a structure, which the file alone can give; a flag may have a simpler form of it. It is read
// after all text values, which may bound it (limits.routes).
struct StructuredValue {
  void (*read)(const YamlValue& value, Settings& settings, YamlMistakes& mistakes);
  void (*print)(const Settings& settings, YAML::Emitter& out);
  const char* accepted;  // what it takes, for the documentation
};

// The setting on the command line, and in the environment: --metrics-listen is WAYSIDE_METRICS_LISTEN.
// Without a placeholder, the flag is a switch, which stands alone on the command line and means "true".
struct Flag {
  const char* name = nullptr;         // "metrics-listen"; null: only the file has the setting
  const char* placeholder = nullptr;  // "HOST:PORT"
  const TextValue* text = nullptr;  // how its texts are stored, where the value of the setting is structured
};

struct Setting {
  std::string_view key;  // the path in the file: "metrics.listen"; empty: the file does not have the setting
  std::variant<TextValue, StructuredValue> value;
  // A clause, which --help shows, and sentences behind it, which the man page adds: "where clients connect.
  // An IPv6 address stands in brackets". Without the values that it takes, which come from `value`, and a
  // final dot.
  std::string_view help;
  Flag flag{};
  std::string_view default_text{};  // the default in words, where it depends on other settings

  bool has_flag() const noexcept { return flag.name != nullptr; }
  // The value as text; null where there is none.
  const TextValue* text() const noexcept {
    const auto* const simple = std::get_if<TextValue>(&value);
    return simple != nullptr ? simple : flag.text;
  }
  bool is_switch() const noexcept { return has_flag() && flag.placeholder == nullptr; }
  Accepted accepted() const {
    if (const auto* const simple = std::get_if<TextValue>(&value)) return simple->accepted();
    return {std::get<StructuredValue>(value).accepted};
  }
  // The clause of `help`.
  std::string_view summary() const noexcept { return help.substr(0, help.find(". ")); }
};

// Keys under one key, where there is more to say about them together.
struct Group {
  std::string_view key;           // "backend"
  std::string_view short_form{};  // the setting that a value in place of the mapping is: "backend.url"
  std::optional<Mistake> (*check)(const Settings& settings) = nullptr;  // once all of the group is read
};

// In the order in which they are printed and listed.
std::span<const Setting> settings();

std::vector<const Setting*> settings_with_flag();

// The group of that key; null where there is nothing to say about it.
const Group* find_group(std::string_view key) noexcept;

// "WAYSIDE_METRICS_LISTEN", of a setting with a flag.
std::string variable_of(const Setting& setting);

// The default as a person should read it: "0.0.0.0:8080", "none"; empty for a structured value.
std::string default_of(const Setting& setting);

// A value that the command line or the environment gave.
struct GivenValue {
  const Setting* setting = nullptr;  // one of settings(), with a flag
  std::string source;                // its name there: "--listen", "WAYSIDE_LISTEN"
  std::vector<std::string> texts;    // never empty
};

// Stores the values in their order, and adds a line "source: expected …, found …" for each that cannot be
// used. Lists may be given in one text: "http,flask". `places`, unless null, gets the sources.
void apply(std::span<const GivenValue> given, Settings& settings, std::vector<std::string>& errors,
           Places* places = nullptr);

// The functions below make rows of the table.

template <class Type, auto... path>
std::optional<Mistake> set_value(const SourceTexts& source, Settings& settings) {
  auto value = [&] {
    if constexpr (kIsList<Type>) {
      return Type::parse(source.texts);
    } else {
      return Type::parse(source.texts.front());
    }
  }();
  if (value.has_error()) return value.error();
  (settings.*....*path) = *std::move(value);
  return std::nullopt;
}

template <class Type, auto... path>
std::vector<std::string> print_value(const Settings& settings) {
  auto printed = Type::print((settings.*....*path));
  if constexpr (kIsList<Type>) {
    return printed;
  } else {
    return printed.empty() ? std::vector<std::string>{} : std::vector{std::move(printed)};
  }
}

// A value of `Type` (values.hpp) in the member that `path` leads to: &Settings::timeouts, &Timeouts::drain.
template <class Type, auto... path>
inline constexpr TextValue kText{set_value<Type, path...>, print_value<Type, path...>, Type::accepted,
                                 kIsList<Type>};

}  // namespace wayside::config
