#include "config/yaml_tls.hpp"

#include "config/values.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wayside::config {
namespace {

constexpr std::array<Word<tls::Version>, 2> kVersionWords = {{
    {tls::Version::kTls12, "1.2"},
    {tls::Version::kTls13, "1.3"},
}};
constexpr std::array<Word<tls::ClientAuth>, 3> kClientAuthWords = {{
    {tls::ClientAuth::kNone, "none"},
    {tls::ClientAuth::kOptional, "optional"},
    {tls::ClientAuth::kRequire, "require"},
}};
static_assert(are_in_order(kVersionWords) && are_in_order(kClientAuthWords));

Parsed<std::string> parse_text(std::string_view text) {
  if (text.empty()) return expected("a text", text);
  return Parsed<std::string>{boost::system::in_place_value, text};
}

// Reads the keys of `tls` into one ServerOptions.
class TlsReader {
 public:
  TlsReader(const std::filesystem::path& folder, YamlMistakes& mistakes)
      : folder_(folder), mistakes_(mistakes) {}

  std::optional<tls::ServerOptions> read(const YamlValue& value) {
    const std::size_t before = mistakes_.size();
    tls::CertificateFiles single;
    tls::Algorithms& algorithms = options_.algorithms;
    const std::array keys = {
        file("cert", single.cert),
        file("key", single.key),
        file("ocsp", single.ocsp),
        YamlKey{"certificates", [&](const YamlValue& list) { read_certificates(list); }},
        file("client_ca", options_.client_ca),
        YamlKey{"client_auth",
                [&](const YamlValue& v) {
                  read_value(v, OneOf<kClientAuthWords>::parse, options_.client_auth, mistakes_);
                }},
        YamlKey{"forward_client_cert",
                [&](const YamlValue& v) {
                  read_value(v, Boolean::parse, options_.forward_client_cert, mistakes_);
                }},
        YamlKey{"min_version",
                [&](const YamlValue& v) {
                  read_value(v, OneOf<kVersionWords>::parse, algorithms.min_version, mistakes_);
                }},
        YamlKey{"ciphers",
                [&](const YamlValue& v) { read_value(v, parse_text, algorithms.ciphers, mistakes_); }},
        YamlKey{"curves",
                [&](const YamlValue& v) { read_value(v, parse_text, algorithms.curves, mistakes_); }},
    };
    read_mapping(value, keys, mistakes_);
    if (value.node["cert"] || value.node["key"] || value.node["ocsp"]) {
      if (add(value, std::move(single))) {
        std::vector<tls::CertificateFiles>& files = options_.certificates;
        std::rotate(files.begin(), std::prev(files.end()), files.end());
      }
    } else if (options_.certificates.empty()) {
      mistakes_.add(value.line, value.key, "expected cert and key, or certificates, found neither");
    }
    check_client_auth(value);
    if (mistakes_.size() != before) return std::nullopt;
    return std::move(options_);
  }

 private:
  YamlKey file(std::string_view name, std::string& into) {
    return {name, [this, &into](const YamlValue& v) {
              read_value(v, parse_text, into, mistakes_);
              if (!into.empty()) into = (folder_ / into).string();
            }};
  }

  void read_certificates(const YamlValue& list) {
    const auto read_item = [&](const YamlValue& item) {
      tls::CertificateFiles files;
      const std::array keys = {file("cert", files.cert), file("key", files.key), file("ocsp", files.ocsp)};
      read_mapping(item, keys, mistakes_);
      add(item, std::move(files));
    };
    read_list(list, read_item, mistakes_);
  }

  bool add(const YamlValue& value, tls::CertificateFiles files) {
    const bool is_complete = !files.cert.empty() && !files.key.empty();
    if (!is_complete)
      mistakes_.add(value.line, value.key, "expected cert and key together, found one of them");
    if (is_complete) options_.certificates.push_back(std::move(files));
    return is_complete;
  }

  void check_client_auth(const YamlValue& value) {
    const bool asks = options_.client_auth != tls::ClientAuth::kNone;
    if (asks && options_.client_ca.empty())
      mistakes_.add(value.line, value.key,
                    "expected client_ca, who signs the clients' certificates, found none");
    if (!asks && !options_.client_ca.empty())
      mistakes_.add(value.line, value.key,
                    "expected client_auth: optional or require beside client_ca, found none");
  }

  const std::filesystem::path& folder_;
  YamlMistakes& mistakes_;
  tls::ServerOptions options_;
};

void print_file(std::string_view key, const std::string& file, YAML::Emitter& out) {
  if (file.empty()) return;
  out << YAML::Key << std::string(key) << YAML::Value << YAML::DoubleQuoted
      << std::filesystem::absolute(file).string();
}

void print_text(std::string_view key, const std::string& text, YAML::Emitter& out) {
  if (!text.empty()) out << YAML::Key << std::string(key) << YAML::Value << YAML::DoubleQuoted << text;
}

}  // namespace

std::optional<tls::ServerOptions> read_server_tls(const YamlValue& value, const std::filesystem::path& folder,
                                                  YamlMistakes& mistakes) {
  return TlsReader(folder, mistakes).read(value);
}

void print_server_tls(const tls::ServerOptions& options, YAML::Emitter& out) {
  out << YAML::Flow << YAML::BeginMap << YAML::Key << "certificates" << YAML::Value << YAML::BeginSeq;
  for (const tls::CertificateFiles& files : options.certificates) {
    out << YAML::BeginMap;
    print_file("cert", files.cert, out);
    print_file("key", files.key, out);
    print_file("ocsp", files.ocsp, out);
    out << YAML::EndMap;
  }
  out << YAML::EndSeq;
  print_file("client_ca", options.client_ca, out);
  out << YAML::Key << "client_auth" << YAML::Value << OneOf<kClientAuthWords>::print(options.client_auth);
  out << YAML::Key << "forward_client_cert" << YAML::Value << Boolean::print(options.forward_client_cert);
  print_text("min_version", OneOf<kVersionWords>::print(options.algorithms.min_version), out);
  print_text("ciphers", options.algorithms.ciphers, out);
  print_text("curves", options.algorithms.curves, out);
  out << YAML::EndMap;
}

}  // namespace wayside::config
