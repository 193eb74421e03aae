#include "config/yaml_listen.hpp"

#include "config/values.hpp"
#include "config/yaml_tls.hpp"

#include <yaml-cpp/yaml.h>

#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace wayside::config {
namespace {

// Permission bits as chmod(1) takes them: "660", "0660".
Parsed<std::optional<mode_t>> parse_mode(std::string_view text) {
  mode_t mode = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  const bool is_mode =
      error == std::errc{} && stop == text.data() + text.size() && text.size() >= 3 && mode <= 0777;
  if (!is_mode) return expected("permission bits in octal, as in 0660", text);
  return std::optional(mode);
}

Parsed<std::string> parse_owner(std::string_view text) {
  const std::size_t colon = text.find(':');
  const bool is_owner = !text.empty() && text.find(':', colon + 1) == text.npos && !text.ends_with(':');
  if (colon != text.npos ? !is_owner : text.empty()) return expected("user, user:group or :group", text);
  return Parsed<std::string>{boost::system::in_place_value, text};
}

Parsed<ProxyProtocol> parse_proxy_protocol(std::string_view text) {
  if (text == "optional") return ProxyProtocol::kOptional;
  const auto is_on = parse_switch(text, kTrueFalse);
  if (is_on.has_error()) return expected("true, false or optional", text);
  return *is_on ? ProxyProtocol::kRequired : ProxyProtocol::kOff;
}

void read_spec(const YamlValue& value, const std::filesystem::path& folder, std::vector<ListenSpec>& specs,
               YamlMistakes& mistakes) {
  std::optional<Address> address;
  ListenSpec spec;
  if (value.node.IsMap()) {
    const std::array keys = {
        YamlKey{"address",
                [&](const YamlValue& v) { read_value(v, ListenAddress::parse, address, mistakes); }},
        YamlKey{"mode", [&](const YamlValue& v) { read_value(v, parse_mode, spec.mode, mistakes); }},
        YamlKey{
            "proxy_protocol",
            [&](const YamlValue& v) { read_value(v, parse_proxy_protocol, spec.proxy_protocol, mistakes); }},
        YamlKey{"tls", [&](const YamlValue& v) { spec.tls = read_server_tls(v, folder, mistakes); }},
        YamlKey{"owner", [&](const YamlValue& v) { read_value(v, parse_owner, spec.owner, mistakes); }},
    };
    read_mapping(value, keys, mistakes);
    if (!value.node["address"]) mistakes.add(value.line, value.key, "expected an address, found none");
  } else if (value.node.IsScalar()) {
    read_value(value, ListenAddress::parse, address, mistakes);
  } else {
    mistakes.add(
        value.line, value.key,
        "expected host:port or unix:/path, or a mapping with address, found " + describe(value.node));
  }
  if (!address) return;
  spec.address = *std::move(address);
  if (!spec.address.is_unix() && (spec.mode || !spec.owner.empty())) {
    mistakes.add(value.line, value.key,
                 fmt::format("expected mode and owner for unix:/path alone, found them for {}",
                             to_string(spec.address)));
  }
  specs.push_back(std::move(spec));
}

}  // namespace

void read_listen(const YamlValue& value, const std::filesystem::path& folder, std::vector<ListenSpec>& specs,
                 YamlMistakes& mistakes) {
  specs.clear();
  if (!value.node.IsSequence()) return read_spec(value, folder, specs, mistakes);
  read_list(
      value, [&](const YamlValue& item) { read_spec(item, folder, specs, mistakes); }, mistakes);
  if (value.node.size() == 0) mistakes.add(value.line, value.key, "expected an address, found an empty list");
}

void print_listen(const std::vector<ListenSpec>& specs, YAML::Emitter& out) {
  const bool is_list = specs.size() != 1;
  if (is_list) out << YAML::BeginSeq;
  for (const ListenSpec& spec : specs) {
    const std::string address = to_string(spec.address);
    if (spec == ListenSpec{spec.address}) {
      out << address;
      continue;
    }
    out << YAML::Flow << YAML::BeginMap << YAML::Key << "address" << YAML::Value << address;
    if (spec.mode) out << YAML::Key << "mode" << YAML::Value << fmt::format("{:04o}", *spec.mode);
    if (!spec.owner.empty()) out << YAML::Key << "owner" << YAML::Value << spec.owner;
    if (spec.proxy_protocol != ProxyProtocol::kOff) {
      const bool is_required = spec.proxy_protocol == ProxyProtocol::kRequired;
      out << YAML::Key << "proxy_protocol" << YAML::Value << (is_required ? "true" : "optional");
    }
    if (spec.tls) {
      out << YAML::Key << "tls" << YAML::Value;
      print_server_tls(*spec.tls, out);
    }
    out << YAML::EndMap;
  }
  if (is_list) out << YAML::EndSeq;
}

}  // namespace wayside::config
