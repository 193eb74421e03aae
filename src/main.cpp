// The program from top to bottom: parse → validate → build → listen → run → drain.
#include "wayside/app/daemon.hpp"
#include "wayside/app/demo.hpp"
#include "wayside/app/process.hpp"
#include "wayside/app/version.hpp"
#include "wayside/config/load.hpp"
#include "wayside/routes/explain.hpp"

#include <csignal>
#include <cstdio>
#include <optional>
#include <string>

using namespace wayside;

namespace {

// At once, also where standard output is a pipe: somebody may be waiting to read it.
void print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

void complain(const std::string& line) {
  std::fprintf(stderr, "%s\n", line.c_str());
}

}  // namespace

int main(int argc, char* argv[]) {
  const auto invocation = config::load(app::arguments(argc, argv), app::environment());
  if (!invocation) {
    for (const std::string& line : invocation.error().lines)
      complain(line);
    return 1;
  }
  switch (invocation->action) {
    case config::Action::kHelp:
      print(config::help_text());
      return 0;
    case config::Action::kVersion:
      print(app::version_text());
      return 0;
    case config::Action::kExplain:
      print(routes::explain(invocation->settings.routes, invocation->settings.matching,
                            invocation->settings.unmatched_mode(), invocation->explain));
      return 0;
    case config::Action::kCheck:
      for (const std::string& hint : invocation->hints)
        complain(hint);
      print(config::to_yaml(invocation->settings));
      return 0;
    case config::Action::kRun:
    case config::Action::kDemo:
      break;
  }

  app::prepare_process();
  const Logger log(invocation->settings.log_level);
  std::optional<app::Demo> demo;
  if (invocation->action == config::Action::kDemo) demo.emplace();

  app::Daemon daemon(demo ? demo->settings(invocation->settings) : invocation->settings, log);
  if (!demo) {
    daemon.set_source([&]() -> Checked<config::Settings, config::Errors> {
      auto again = config::load(app::arguments(argc, argv), app::environment());
      if (!again) return again.error();
      return std::move(again->settings);
    });
  }
  if (const auto opened = daemon.open(); !opened) {
    complain("wayside: " + opened.error().message);
    return 1;
  }
  daemon.handle_signals();
  daemon.start();
  if (demo) print(demo->start_traffic(daemon.proxy_address(), daemon.metrics_address()));
  daemon.wait();
  return 0;
}
