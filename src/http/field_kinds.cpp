#include "http/field_kinds.hpp"

#include "wayside/base/text.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace wayside::http {
namespace {

using Names = std::span<const std::string_view>;

constexpr std::array kProxyFields = std::to_array<std::string_view>({
    // The client. Rails believes Client-IP, and the usual function of PHP programs the first six.
    "client-ip",
    "x-forwarded",
    "x-cluster-client-ip",
    "forwarded-for",
    "forwarded",
    "x-client-ip",
    "x-real-ip",
    "x-remote-ip",
    "x-remote-addr",
    "x-originating-ip",
    "x-original-forwarded-for",
    "x-envoy-external-address",
    "x-azure-clientip",
    "x-appengine-user-ip",
    "true-client-ip",
    "cf-connecting-ip",
    "cf-connecting-ipv6",
    "fastly-client-ip",
    "fly-client-ip",
    // Who was verified.
    "remote-user",
    "x-remote-user",
    "client-cert",
    "client-cert-chain",
    // What the client asked for, and how.
    "front-end-https",
    "x-scheme",
    "x-url-scheme",
    "x-original-host",
    "x-original-url",
    "x-rewrite-url",
});
constexpr std::array<std::string_view, 4> kProxyPrefixes = {"x-forwarded-", "x-auth-request-", "x-ssl-",
                                                            "x-amzn-oidc-"};

constexpr std::array kEndToEnd = std::to_array<std::string_view>({
    // Framing, routing, control.
    "transfer-encoding",
    "host",
    "via",
    "date",
    "max-forwards",
    "expect",
    "range",
    "cache-control",
    "pragma",
    "prefer",
    "priority",
    "early-data",
    "cdn-loop",
    "upgrade-insecure-requests",
    // Authentication and state.
    "authorization",
    "proxy-authorization",
    "www-authenticate",
    "proxy-authenticate",
    "authentication-info",
    "proxy-authentication-info",
    "cookie",
    "set-cookie",
    "x-api-key",
    "x-csrf-token",
    "x-xsrf-token",
    "idempotency-key",
    "signature",
    "signature-input",
    // The client and its preferences.
    "accept",
    "user-agent",
    "referer",
    "origin",
    "from",
    "dnt",
    "x-requested-with",
    "x-http-method-override",
    "soapaction",
    "last-event-id",
    // Tracing and queueing.
    "traceparent",
    "tracestate",
    "baggage",
    "b3",
    "x-request-id",
    "x-correlation-id",
    "x-amzn-trace-id",
    "x-cloud-trace-context",
    "x-request-start",
    "x-queue-start",
    // Response metadata.
    "age",
    "allow",
    "etag",
    "expires",
    "last-modified",
    "link",
    "location",
    "retry-after",
    "server",
    "vary",
    "warning",
    "digest",
    "strict-transport-security",
    "referrer-policy",
    "permissions-policy",
    "x-content-type-options",
    "x-frame-options",
});
// "content-" includes Content-Length.
constexpr std::array<std::string_view, 7> kEndToEndPrefixes = {
    "accept-", "access-control-", "content-", "cross-origin-", "if-", "sec-", "x-b3-"};

bool is_among(std::string_view name, Names names, Names prefixes) noexcept {
  const auto is_name = [&](std::string_view lower) { return is_spelling_of(name, lower); };
  const auto has_prefix = [&](std::string_view lower) {
    return is_spelling_of(name.substr(0, lower.size()), lower);
  };
  return std::ranges::any_of(names, is_name) || std::ranges::any_of(prefixes, has_prefix);
}

}  // namespace

bool is_set_by_proxies(std::string_view name) noexcept {
  return is_among(name, kProxyFields, kProxyPrefixes);
}

bool is_end_to_end(std::string_view name) noexcept {
  return is_among(name, kEndToEnd, kEndToEndPrefixes) || is_set_by_proxies(name);
}

bool is_spelling_of(std::string_view name, std::string_view lower) noexcept {
  return std::ranges::equal(name, lower,
                            [](char a, char b) { return to_lower(a) == b || (a == '_' && b == '-'); });
}

}  // namespace wayside::http
