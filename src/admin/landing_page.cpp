#include "admin/landing_page.hpp"

#include "wayside/base/escape.hpp"
#include "wayside/inspector/inspector.hpp"

#include <fmt/format.h>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::admin {
namespace {

constexpr std::string_view kBeforeFacts = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>wayside</title>
<style>
body { font-family: sans-serif; line-height: 1.5; max-width: 40em; margin: 2em auto; padding: 0 1em; }
dl { display: grid; grid-template-columns: max-content auto; gap: 0 1em; }
dd { margin: 0; font-family: monospace; }
</style>
</head>
<body>
<h1>wayside</h1>
<p>A reverse-proxy sidecar that measures every route of the service behind it.</p>
<dl>
)";

constexpr std::string_view kAfterFacts = R"(</dl>
<ul>
<li><a href="/metrics">/metrics</a>: the metrics, for Prometheus</li>
<li><a href="/routes">/routes</a>: the use of each route, and paths without a route</li>
<li><a href="/-/healthy">/-/healthy</a>: whether the process runs</li>
<li><a href="/-/ready">/-/ready</a>: whether the proxy accepts connections</li>
</ul>
)";

constexpr std::string_view kEnd = R"(</body>
</html>
)";

void append_fact(std::string& html, std::string_view term, std::string_view fact) {
  html.append("<dt>").append(term).append("</dt><dd>");
  append_html_escaped(html, fact);
  html.append("</dd>\n");
}

// Ready to be copied into the configuration.
void append_catch_alls(std::string& html, const std::vector<inspector::CatchAllHint>& hints) {
  if (hints.empty()) return;
  html +=
      "<h2>Catch-alls that may be missing</h2>\n<p>Paths without a route go on below routes that end in a "
      "parameter. Where the parameter may hold slashes, add:</p>\n<pre>routes:\n";
  for (const inspector::CatchAllHint& hint : hints) {
    append_html_escaped(html, "  " + hint.yaml_line());
    html += '\n';
  }
  html += "</pre>\n";
}

}  // namespace

std::string landing_page(const AdminPages& pages) {
  std::string html(kBeforeFacts);
  append_fact(html, "Version", pages.version);
  append_fact(html, "Listens on", fmt::to_string(fmt::join(pages.listen, ", ")));
  append_fact(html, "Forwards to", pages.backend);
  html += kAfterFacts;
  append_catch_alls(html, pages.inspector.catch_all_hints());
  html += kEnd;
  return html;
}

}  // namespace wayside::admin
