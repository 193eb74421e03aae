#include "manual/man_pages.hpp"

#include "wayside/listing/listing.hpp"

#include "manual/roff.hpp"

#include <cctype>
#include <fmt/format.h>
#include <string_view>
#include <vector>

namespace wayside::manual {
namespace {

using config::CommandText;
using config::OptionText;
using config::Reference;
using config::RouteKeyText;
using config::SettingText;

// "where clients connect" as a sentence.
std::string sentence(std::string_view clause) {
  std::string text(clause);
  // "a list" and "names", but not "X-Request-Start".
  const bool is_a_word =
      text.size() > 1 && (text[1] == ' ' || std::islower(static_cast<unsigned char>(text[1])) != 0);
  if (is_a_word) text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
  if (!text.ends_with('.')) text += '.';
  return text;
}

void write_synopsis(const Reference& reference, Roff& page) {
  page.heading("SYNOPSIS");
  page.raw(".B wayside\n[\\fIOPTION\\fR]...");
  for (const CommandText& command : reference.commands) {
    page.break_line();
    page.text(fmt::format("`wayside {}` {}", command.words, command.operands));
  }
}

void write_commands(const Reference& reference, Roff& page) {
  page.heading("COMMANDS");
  for (const CommandText& command : reference.commands) {
    page.tag(command.words, command.operands);
    page.text(sentence(command.help));
    if (command.words != "routes import") continue;
    page.text("FRAMEWORK, and the command that prints its listing:");
    page.raw(".RS");
    for (const listing::Framework& framework : listing::frameworks()) {
      page.tag(framework.word);
      page.text(framework.command);
    }
    page.raw(".RE");
  }
}

void write_options(const Reference& reference, Roff& page) {
  page.heading("OPTIONS");
  page.paragraph("Options may not be abbreviated. A value stands behind = or is the next word.");
  for (const OptionText& option : reference.options) {
    page.tag(option.flag, option.placeholder);
    page.text(sentence(option.help));
  }
}

void write_environment(const Reference& reference, Roff& page) {
  page.heading("ENVIRONMENT");
  page.paragraph(
      "Each of these variables has the meaning of an option. The command line overrides the environment, "
      "which "
      "overrides the configuration file, which overrides the defaults. Another variable whose name begins "
      "with "
      "WAYSIDE_ is an error, but for those that Kubernetes sets for a service called wayside.");
  for (const SettingText& setting : reference.settings) {
    if (setting.variable.empty()) continue;
    page.tag(setting.variable);
    page.text(fmt::format("`{}`", setting.flag));
  }
}

void write_setting(const SettingText& setting, Roff& page) {
  page.tag(setting.key);
  page.text(sentence(setting.help));
  page.break_line();
  page.text(sentence(fmt::format("value: {}", setting.accepted)));
  if (!setting.default_text.empty()) page.text(fmt::format("Default: `{}`.", setting.default_text));
  if (!setting.flag.empty()) {
    page.break_line();
    page.text(fmt::format("Also `{}` and `{}`.", setting.flag, setting.variable));
  }
}

// The first word of "metrics.listen"; empty for a key of the top level.
std::string_view group_of(const SettingText& setting) {
  const std::size_t dot = setting.key.find('.');
  return dot == setting.key.npos ? std::string_view() : setting.key.substr(0, dot);
}

// The settings of the top level, then each group, in the order of the table.
void write_settings(const Reference& reference, Roff& page) {
  std::vector<std::string_view> groups = {{}};
  for (const SettingText& setting : reference.settings) {
    const std::string_view group = group_of(setting);
    bool is_new = true;
    for (const std::string_view known : groups)
      is_new = is_new && known != group;
    if (is_new) groups.push_back(group);
  }
  for (const std::string_view group : groups) {
    page.raw(group.empty() ? ".SS General" : fmt::format(".SS {}", group));
    for (const SettingText& setting : reference.settings) {
      if (!setting.key.empty() && group_of(setting) == group) write_setting(setting, page);
    }
  }
}

}  // namespace

std::string program_page(const Reference& reference, const Edition& edition) {
  Roff page("WAYSIDE", 1, edition.version, edition.date);
  page.heading("NAME");
  page.raw("wayside \\- reverse proxy with Prometheus metrics for each route");
  write_synopsis(reference, page);
  page.heading("DESCRIPTION");
  page.paragraph(
      "`wayside` forwards HTTP/1.1 to the service behind it, its backend. It counts and times each request "
      "by the "
      "route that its path belongs to, and serves these metrics to Prometheus on a separate listener. "
      "Without any "
      "configuration it guesses the routes from the paths that it sees. wayside.yaml(5) describes all "
      "settings.");
  write_commands(reference, page);
  write_options(reference, page);
  write_environment(reference, page);
  page.heading("SIGNALS");
  page.tag("SIGTERM, SIGINT");
  page.text(
      "Announce the end on /-/ready, go on accepting for `timeouts.drain_delay`, end what is in flight "
      "within "
      "`timeouts.drain`, and exit with 0. A second one ends the process at once.");
  page.tag("SIGHUP");
  page.text(
      "Read the configuration again. Routes take effect at once; a mistake changes nothing and is logged. "
      "The other "
      "settings need a restart, and the log says so.");
  page.heading("METRICS LISTENER");
  page.tag("/metrics");
  page.text(
      "The metrics, in Prometheus' text format, in OpenMetrics or, with metrics.native_histograms, in "
      "protobuf.");
  page.tag("/-/healthy");
  page.text("200 while the process lives.");
  page.tag("/-/ready");
  page.text(
      "200 while clients are accepted, and with `readiness: backend` while the backend is up; else 503.");
  page.tag("/routes");
  page.text("What the routes are used for, and suggestions for requests without a route.");
  page.tag("/-/reload");
  page.text("POST reads the configuration again, if `metrics.enable_lifecycle` is on.");
  page.heading("FILES");
  page.tag("/etc/wayside/wayside.yaml");
  page.text(
      "The configuration of the service that the Debian package installs. By itself, `wayside` reads no file "
      "but that of `--config`.");
  page.heading("EXIT STATUS");
  page.paragraph(
      "0 after a drain or a command that succeeded, 1 for a mistake in the configuration, an address that "
      "cannot be used, or the answer no of `check`, `explain` or `probe`.");
  page.heading("EXAMPLES");
  page.paragraph("In front of a service, with routes that are guessed:");
  page.example("wayside --backend http://127.0.0.1:5000");
  page.paragraph("The configuration, checked:");
  page.example("wayside check --config /etc/wayside/wayside.yaml");
  page.paragraph("The route of a request:");
  page.example("wayside explain 'GET /users/42' --config /etc/wayside/wayside.yaml");
  page.heading("SEE ALSO");
  page.raw(".BR wayside.yaml (5)");
  return page.page();
}

std::string file_page(const Reference& reference, const Edition& edition) {
  Roff page("WAYSIDE.YAML", 5, edition.version, edition.date);
  page.heading("NAME");
  page.raw("wayside.yaml \\- configuration of wayside");
  page.heading("DESCRIPTION");
  page.paragraph(
      "The file that `wayside --config` names is YAML. Every setting has a default, so an empty file is "
      "valid. A key "
      "that wayside does not know, a value that it cannot use and two templates that match the same requests "
      "are "
      "errors, which `wayside check` names with file, line and key. A key such as `metrics.listen` is the "
      "key listen "
      "in the mapping metrics. Durations are written 250ms, 3s, 5m or 1h, and sizes 512B, 8KiB, 1MiB or "
      "2GiB.");
  page.heading("SETTINGS");
  write_settings(reference, page);
  page.heading("ROUTES");
  page.paragraph(
      "An entry of `routes` is a template, or a mapping with the keys below. In a template, {id} is one "
      "segment of "
      "the path, {id:[0-9]+} a segment of that form, and {rest...} all that follows. `dialect` chooses the "
      "spelling "
      "of a framework. The most specific template wins: static text before a parameter with a constraint, "
      "that "
      "before a parameter, that before a catch-all.");
  for (const RouteKeyText& key : reference.route_keys) {
    page.tag(key.key);
    page.text(sentence(key.help));
  }
  page.heading("EXAMPLE");
  page.example(
      "backend: http://127.0.0.1:5000\n"
      "metrics:\n"
      "  listen: 127.0.0.1:10180\n"
      "routes:\n"
      "  - /users/{id}\n"
      "  - path: /orders/{order}\n"
      "    methods: [GET]\n"
      "    name: order\n"
      "    slo: 300ms\n"
      "  - /static/{path...}");
  page.heading("SEE ALSO");
  page.raw(".BR wayside (1)");
  return page.page();
}

}  // namespace wayside::manual
