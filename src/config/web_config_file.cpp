#include "config/web_config_file.hpp"

#include "wayside/base/quote.hpp"
#include "wayside/base/text.hpp"

#include "config/values.hpp"
#include "config/yaml_node.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fmt/format.h>
#include <functional>
#include <optional>
#include <span>
#include <utility>

namespace wayside::config {
namespace {

constexpr std::array<Word<tls::Version>, 2> kWebVersionWords = {{
    {tls::Version::kTls12, "TLS12"},
    {tls::Version::kTls13, "TLS13"},
}};
constexpr std::array<Word<tls::ClientAuth>, 3> kWebClientAuthWords = {{
    {tls::ClientAuth::kNone, "NoClientCert"},
    {tls::ClientAuth::kOptional, "VerifyClientCertIfGiven"},
    {tls::ClientAuth::kRequire, "RequireAndVerifyClientCert"},
}};
static_assert(are_in_order(kWebVersionWords) && are_in_order(kWebClientAuthWords));

// A name of Go's crypto/tls, and OpenSSL's.
struct Name {
  std::string_view of_go;
  std::string_view of_openssl;
};

constexpr std::array kCipherSuites = std::to_array<Name>({
    {"TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256"},
    {"TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384"},
    {"TLS_CHACHA20_POLY1305_SHA256", "TLS_CHACHA20_POLY1305_SHA256"},
    {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "ECDHE-ECDSA-AES128-SHA"},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "ECDHE-ECDSA-AES256-SHA"},
    {"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "ECDHE-RSA-AES128-SHA"},
    {"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "ECDHE-RSA-AES256-SHA"},
    {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384"},
    {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256"},
    {"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384"},
    {"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA-CHACHA20-POLY1305"},
    {"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"},
});
constexpr std::array kCurves = std::to_array<Name>({
    {"CurveP256", "P-256"},
    {"CurveP384", "P-384"},
    {"CurveP521", "P-521"},
    {"X25519", "X25519"},
});

// A field that may be set, and the only values that it may have; none: any.
struct KnownField {
  std::string_view name;
  std::array<std::string_view, 2> values{};
};
constexpr std::array kFields = std::to_array<KnownField>({
    {"Content-Security-Policy"},
    {"X-Frame-Options", {"deny", "sameorigin"}},
    {"X-Content-Type-Options", {"nosniff"}},
    {"X-XSS-Protection"},
    {"Strict-Transport-Security"},
});

Parsed<std::string> parse_any(std::string_view text) {
  return Parsed<std::string>{boost::system::in_place_value, text};
}

Parsed<tls::Version> parse_version(std::string_view text) {
  if (text == "TLS10" || text == "TLS11")
    return expected("TLS12 or TLS13, which are the versions that wayside speaks", text);
  return OneOf<kWebVersionWords>::parse(text);
}

Parsed<tls::ClientAuth> parse_client_auth(std::string_view text) {
  constexpr std::array<std::string_view, 3> kUnverified = {"RequestClientCert", "RequireAnyClientCert",
                                                           "RequireClientCert"};
  if (std::ranges::find(kUnverified, text) == kUnverified.end())
    return OneOf<kWebClientAuthWords>::parse(text);
  return expected(fmt::format("{} (wayside takes no certificate that it cannot verify)",
                              OneOf<kWebClientAuthWords>::accepted().text),
                  text);
}

// "$2y$10$" and 53 characters of salt and hash. The cost is the binary logarithm of the rounds. The text is
// not shown: it may be a password that nobody has hashed.
std::optional<Mistake> mistake_in_hash(std::string_view text) {
  constexpr std::size_t kSize = 60;
  constexpr std::size_t kPrefixSize = 7;
  const auto is_of_bcrypt = [](char c) { return is_digit(c) || is_letter(c) || c == '.' || c == '/'; };
  const bool has_prefix = text.size() == kSize && text.starts_with("$2") &&
                          (text[2] == 'a' || text[2] == 'b' || text[2] == 'y') && text[3] == '$' &&
                          is_digit(text[4]) && is_digit(text[5]) && text[6] == '$';
  if (!has_prefix || !std::ranges::all_of(text.substr(kPrefixSize), is_of_bcrypt))
    return Mistake{
        "expected the bcrypt hash of a password ($2y$10$…, as htpasswd -nBC 10 \"\" prints it), "
        "found another text"};
  constexpr int kLeastCost = 4;
  constexpr int kMostCost = 14;
  const int cost = (text[4] - '0') * 10 + (text[5] - '0');
  if (cost >= kLeastCost && cost <= kMostCost) return std::nullopt;
  return Mistake{fmt::format("expected a bcrypt hash with a cost from {} to {}, found a cost of {}",
                             kLeastCost, kMostCost, cost)};
}

class WebConfigReader {
 public:
  WebConfigReader(const std::string& file, WebConfig& into, Places& places, YamlMistakes& mistakes)
      : file_(file),
        folder_(std::filesystem::path(file).parent_path()),
        into_(into),
        places_(places),
        mistakes_(mistakes) {}

  void read(const YamlValue& root) {
    const std::array keys = {
        YamlKey{"tls_server_config", [&](const YamlValue& v) { read_tls(v); }},
        YamlKey{"http_server_config", [&](const YamlValue& v) { read_http(v); }},
        YamlKey{"basic_auth_users", [&](const YamlValue& v) { read_users(v); }},
        unsupported("rate_limit", "no rate_limit: wayside bounds connections and failed attempts by itself"),
    };
    read_mapping(root, keys, mistakes_);
  }

 private:
  void read_tls(const YamlValue& value) {
    if (value.node.IsNull() || (value.node.IsMap() && value.node.size() == 0)) return;
    tls::ServerOptions options;
    tls::CertificateFiles files;
    tls::Algorithms& algorithms = options.algorithms;
    const std::array keys = {
        file("cert_file", files.cert),
        file("key_file", files.key),
        file("client_ca_file", options.client_ca),
        unsupported("cert", "cert_file: wayside reads certificates from files of their own"),
        unsupported("key", "key_file: wayside reads keys from files of their own"),
        unsupported("client_ca", "client_ca_file: wayside reads certificates from files of their own"),
        unsupported("client_allowed_sans",
                    "no client_allowed_sans: wayside admits every certificate that the "
                    "authorities in client_ca_file signed"),
        scalar("client_auth_type", parse_client_auth, options.client_auth),
        scalar("min_version", parse_version, algorithms.min_version),
        scalar("max_version", parse_version, algorithms.max_version),
        names("cipher_suites", "a cipher suite", kCipherSuites, algorithms.ciphers),
        names("curve_preferences", "a curve", kCurves, algorithms.curves),
        ignored_switch("prefer_server_cipher_suites"),  // as in Go, since 1.18
    };
    const std::size_t before = mistakes_.size();
    read_mapping(value, keys, mistakes_);
    if (mistakes_.size() != before) return;
    check_tls(value, options, files);
    options.certificates.push_back(std::move(files));
    into_.tls = std::move(options);
    places_.set_line(kWebTlsPlace, file_, value.line, value.key);
  }

  void check_tls(const YamlValue& value, const tls::ServerOptions& options,
                 const tls::CertificateFiles& files) {
    const auto add = [&](std::string_view text) { mistakes_.add(value.line, value.key, text); };
    if (files.cert.empty()) add("expected cert_file, found none");
    if (files.key.empty()) add("expected key_file, found none");
    if (options.algorithms.min_version > options.algorithms.max_version)
      add("expected min_version to be at most max_version, found it later");
    const bool asks = options.client_auth != tls::ClientAuth::kNone;
    if (asks && options.client_ca.empty())
      add("expected client_ca_file, the authorities that sign the clients' certificates, found none");
    if (!asks && !options.client_ca.empty())
      add("expected client_auth_type: RequireAndVerifyClientCert or VerifyClientCertIfGiven beside "
          "client_ca_file, found NoClientCert");
  }

  void read_http(const YamlValue& value) {
    const std::array keys = {
        ignored_switch("http2"),  // the metrics listener speaks HTTP/1.1 alone
        YamlKey{"headers", [&](const YamlValue& v) { read_fields(v); }},
    };
    read_mapping(value, keys, mistakes_);
  }

  void read_fields(const YamlValue& value) {
    std::vector<YamlKey> keys;
    keys.reserve(kFields.size());
    for (const KnownField& field : kFields)
      keys.push_back({field.name, [this, &field](const YamlValue& v) { read_field(field, v); }});
    read_mapping(value, keys, mistakes_);
  }

  void read_field(const KnownField& field, const YamlValue& value) {
    if (value.node.IsNull()) return;
    const auto text = read_text(value, mistakes_);
    if (!text || text->empty()) return;
    const auto& words = field.values;
    if (!words.front().empty() && std::ranges::find(words, *text) == words.end()) {
      const std::string_view joint = words.back().empty() ? "" : " or ";
      return mistakes_.add(value.line, value.key,
                           expected(fmt::format("{}{}{}", words.front(), joint, words.back()), *text).text);
    }
    if (!std::ranges::all_of(*text, [](char c) { return ' ' <= c && c <= '~'; }))
      return mistakes_.add(value.line, value.key, expected("printable ASCII on one line", *text).text);
    into_.fields.push_back({std::string(field.name), *text});
  }

  // Values are secrets, and so is what stands in their place by mistake.
  void read_users(const YamlValue& value) {
    if (!value.node.IsNull() && !value.node.IsMap())
      return mistakes_.add(value.line, value.key,
                           "expected a mapping from names to hashes, found another kind");
    const auto read_user = [&](const std::string& name, const YamlValue& hash) {
      const auto add = [&](std::string_view text) {
        mistakes_.add(hash.line, value.key,
                      fmt::format("{}, for the user {}", text, wayside::in_quotes(name)));
      };
      if (name.find(':') != name.npos) return add("expected a name without a colon, found one");
      if (const auto mistake = mistake_in_hash(hash.node.IsScalar() ? hash.node.Scalar() : std::string()))
        return add(mistake->text);
      into_.users.push_back({name, hash.node.Scalar()});
    };
    read_entries(value, read_user, mistakes_);
  }

  template <class Parse, class Out>
  YamlKey scalar(std::string_view name, Parse parse, Out& into) {
    return {name, [this, parse, &into](const YamlValue& v) { read_value(v, parse, into, mistakes_); }};
  }

  YamlKey file(std::string_view name, std::string& into) {
    return {name, [this, &into](const YamlValue& v) {
              read_value(v, parse_any, into, mistakes_);
              if (!into.empty()) into = (folder_ / into).string();
            }};
  }

  // `instead` completes "expected …". The value may be a secret.
  YamlKey unsupported(std::string_view name, std::string_view instead) {
    return {name, [this, instead](const YamlValue& v) {
              mistakes_.add(v.line, v.key, fmt::format("expected {}", instead));
            }};
  }

  YamlKey ignored_switch(std::string_view name) {
    return {name, [this](const YamlValue& v) {
              bool ignored = false;
              read_value(v, Boolean::parse, ignored, mistakes_);
            }};
  }

  YamlKey names(std::string_view key, std::string_view kind, std::span<const Name> known, std::string& into) {
    return {key, [this, kind, known, &into](const YamlValue& list) {
              read_list(
                  list, [&](const YamlValue& item) { read_name(item, kind, known, into); }, mistakes_);
            }};
  }

  // Appends OpenSSL's name to its list in one text.
  void read_name(const YamlValue& item, std::string_view kind, std::span<const Name> known,
                 std::string& into) {
    const auto text = read_text(item, mistakes_);
    if (!text) return;
    const auto found = std::ranges::find(known, *text, &Name::of_go);
    if (found == known.end()) {
      std::vector<std::string_view> words(known.size());
      std::ranges::transform(known, words.begin(), &Name::of_go);
      return mistakes_.add(item.line, item.key, unknown_word(kind, *text, words));
    }
    if (!into.empty()) into += ':';
    into += found->of_openssl;
  }

  const std::string& file_;
  const std::filesystem::path folder_;
  WebConfig& into_;
  Places& places_;
  YamlMistakes& mistakes_;
};

}  // namespace

std::vector<std::string> read_web_config(const std::string& file, const std::string& text, WebConfig& into,
                                         Places& places) {
  return read_document(file, text, [&](const YamlValue& root, YamlMistakes& mistakes) {
    WebConfigReader(file, into, places, mistakes).read(root);
  });
}

}  // namespace wayside::config
