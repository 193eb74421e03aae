#include "proxy/forwarded_certificate.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace wayside::proxy {
namespace {

bool is_printable(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return ' ' <= c && c <= '~'; });
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

void append_names(std::string& out, std::string_view key, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (name.empty() || !is_printable(name)) continue;
    out += ';';
    out += key;
    out += '=';
    const bool is_plain = name.find_first_of(",;=\"\\ ") == name.npos;
    is_plain ? void(out += name) : append_quoted(out, name);
  }
}

}  // namespace

std::string forwarded_certificate(const tls::Session::PeerCertificate& certificate) {
  std::string out = "Hash=" + certificate.hash;
  if (is_printable(certificate.subject)) {
    out += ";Subject=";
    append_quoted(out, certificate.subject);
  }
  append_names(out, "URI", certificate.uris);
  append_names(out, "DNS", certificate.dns);
  return out;
}

}  // namespace wayside::proxy
