// The program from top to bottom: parse → validate → build → listen → run → drain.
#include "wayside/app/daemon.hpp"
#include "wayside/app/inherited_sockets.hpp"
#include "wayside/app/probe.hpp"
#include "wayside/app/process.hpp"
#include "wayside/app/route_import.hpp"
#include "wayside/app/supervision.hpp"
#include "wayside/app/version.hpp"
#include "wayside/base/direct_log.hpp"
#include "wayside/base/log_line.hpp"
#include "wayside/config/load.hpp"
#include "wayside/demo/demo.hpp"
#include "wayside/output/standard_streams.hpp"
#include "wayside/routes/explain.hpp"

#include <boost/system/system_error.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

using namespace wayside;

namespace {

// Writes to standard output and waits for its reader. Flushes, since a reader of a pipe may be waiting.
void print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

// Writes to standard error, where DirectLog bounds the wait for a reader.
void complain(const std::vector<std::string>& lines) {
  DirectLog log(STDERR_FILENO);
  for (const std::string& line : lines)
    log.write(line + "\n");
}

// Lines of YAML that say the same to a person, and nothing to a parser.
std::string as_comments(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines)
    text.append("# ").append(line).append("\n");
  return text;
}

// As lines of the log.
void warn(const std::vector<std::string>& hints, LogLevel least) {
  if (least > LogLevel::kWarn) return;
  DirectLog log(STDERR_FILENO);
  for (const std::string& hint : hints)
    log.write(format_log_line(std::chrono::system_clock::now(), LogLevel::kWarn, hint, {}));
}

// Runs the daemon until it is drained; returns the exit status.
int run(const config::Invocation& invocation, std::span<const char* const> arguments) {
  app::prepare_process();
  const app::Supervision supervision = app::take_supervision();
  auto inherited = app::take_inherited_sockets();
  if (!inherited) {
    complain({"wayside: " + inherited.error()});
    return 1;
  }
  warn(invocation.hints, invocation.settings.log_level);
  std::optional<demo::Demo> demo;
  if (invocation.action == config::Action::kDemo) demo.emplace();

  const config::Settings settings = demo ? demo->settings(invocation.settings) : invocation.settings;

  bool all_threads_ended = true;
  {
    output::StandardStreams streams(settings.log_level, app::Daemon::access_log_rings(settings));
    app::Daemon daemon(settings, streams, supervision, *std::move(inherited), invocation.hints);
    if (!demo) {
      daemon.set_source([arguments] {
        auto again = config::load(arguments, app::environment());
        if (again) warn(again->hints, again->settings.log_level);
        return again;
      });
    }
    if (const auto opened = daemon.open(); !opened) {
      complain({"wayside: " + opened.error().message});
      return 1;
    }
    daemon.handle_signals();
    daemon.start();
    if (demo) {
      // A standard output without a reader must not keep the daemon from ending.
      DirectLog(STDOUT_FILENO)
          .write(demo->start_traffic(daemon.proxy_addresses().front(), daemon.metrics_addresses().front()));
    }
    app::allow_hangups();
    all_threads_ended = daemon.wait();
    app::hold_back_hangups();
  }
  // The thread of a reload that is stuck in reading a file cannot be ended, and exit(3) would destroy static
  // objects that it may still use. All output has been written by now.
  if (!all_threads_ended) std::_Exit(0);
  return 0;
}

// Asks, and says what came back.
int probe(const config::Invocation& invocation) {
  const auto target = app::probe_target(invocation.probe_url, invocation.settings);
  if (!target) {
    complain({"probe: " + target.error().message});
    return 1;
  }
  const app::ProbeOutcome outcome = app::probe(*target);
  print(outcome.line + "\n");
  return outcome.is_well ? 0 : 1;
}

int start(std::span<const char* const> arguments) {
  const auto invocation = config::load(arguments, app::environment());
  if (!invocation) {
    complain(invocation.error().lines);
    return 1;
  }
  switch (invocation->action) {
    case config::Action::kHelp:
      print(config::help_text(invocation->command));
      return 0;
    case config::Action::kVersion:
      print(app::version_text());
      return 0;
    case config::Action::kExplain: {
      const routes::Explanation explanation =
          routes::explain(invocation->settings.routes, invocation->settings.matching,
                          invocation->settings.unmatched_policy(), invocation->explain);
      print(explanation.text);
      return explanation.is_matched ? 0 : 1;
    }
    case config::Action::kImportRoutes: {
      const app::ImportOutcome outcome = app::import_routes(invocation->route_import);
      complain(outcome.remarks);
      print(outcome.output);
      return outcome.status;
    }
    case config::Action::kProbe:
      return probe(*invocation);
    case config::Action::kCheck:
      complain(invocation->hints);
      print(as_comments(invocation->notes) + config::to_yaml(invocation->settings));
      return 0;
    case config::Action::kRun:
    case config::Action::kDemo:
      break;
  }
  return run(*invocation, arguments);
}

}  // namespace

int main(int argc, char* argv[]) {
  // This comes first: a SIGHUP may come as soon as the process runs.
  app::hold_back_hangups();
  try {
    return start(app::arguments(argc, argv));
  } catch (const std::bad_alloc&) {
    complain({"wayside: not enough memory"});
  } catch (const std::system_error& error) {  // of std::thread
    complain({"wayside: cannot start a thread: " + error.code().message()});
  } catch (const boost::system::system_error& error) {
    complain({"wayside: cannot start: " + error.code().message()});
  }
  return 1;
}
