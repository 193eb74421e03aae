// The program from top to bottom: parse → validate → build → listen → run → drain.
#include "wayside/app/daemon.hpp"
#include "wayside/app/demo.hpp"
#include "wayside/app/process.hpp"
#include "wayside/app/version.hpp"
#include "wayside/config/load.hpp"
#include "wayside/routes/explain.hpp"

#include <cstdio>
#include <cstdlib>
#include <new>
#include <optional>
#include <span>
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

// The program once it is known what it has to do; returns its exit status.
int run(const config::Invocation& invocation, std::span<const char* const> arguments) {
  app::prepare_process();
  const Logger log(invocation.settings.log_level);
  std::optional<app::Demo> demo;
  if (invocation.action == config::Action::kDemo) demo.emplace();

  bool all_threads_ended = true;
  {
    app::Daemon daemon(demo ? demo->settings(invocation.settings) : invocation.settings, log);
    if (!demo) {
      daemon.set_source([arguments]() -> Checked<config::Settings, config::Errors> {
        auto again = config::load(arguments, app::environment());
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
    app::allow_hangups();
    all_threads_ended = daemon.wait();
    app::hold_back_hangups();
  }
  // A reload that is stuck in a file has a thread that nothing can end. exit(3) would destroy static objects,
  // some of which that thread may be using when its file answers at last; all that has to be written is
  // written by now.
  if (!all_threads_ended) std::_Exit(0);
  return 0;
}

int start(std::span<const char* const> arguments) {
  const auto invocation = config::load(arguments, app::environment());
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
  return run(*invocation, arguments);
}

}  // namespace

int main(int argc, char* argv[]) {
  // First of all: who has just started the process may already ask for a reload.
  app::hold_back_hangups();
  try {
    return start(app::arguments(argc, argv));
  } catch (const std::bad_alloc&) {
    complain("wayside: expected enough memory, found too little");
    return 1;
  }
}
