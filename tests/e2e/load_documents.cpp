// Reads OpenAPI documents as `wayside --check --openapi FILE` does, many in one process, and matches
// requests.
//
// Each line of standard input is a command, and each is answered by one line of standard output:
//     load<TAB>FILE              loaded<TAB>ROUTES<TAB>SECONDS, or refused<TAB>MISTAKE; seconds of processor
//     time match<TAB>METHOD<TAB>PATH  the label, by the document that was loaded last memory the largest
//     resident set of the process so far, in KiB
#include "wayside/config/load.hpp"
#include "wayside/routes/route_table.hpp"

#include <array>
#include <ctime>
#include <fmt/format.h>
#include <iostream>
#include <string>
#include <sys/resource.h>
#include <utility>

using namespace wayside;

namespace {

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

std::string load(const std::string& file, routes::RouteTable& table) {
  const double began = processor_seconds();
  table = {};
  const std::array arguments = {"wayside", "--check", "--openapi", file.c_str()};
  auto loaded = config::load(arguments, {});
  if (loaded.has_error()) return "refused\t" + loaded.error().lines.front();
  const config::Settings& settings = loaded->settings;
  auto built = routes::RouteTable::build(settings.routes, settings.matching, settings.route_limits);
  if (built.has_error()) return "refused\t" + built.error().message;
  table = *std::move(built);
  return fmt::format("loaded\t{}\t{:.3f}", settings.routes.size(), processor_seconds() - began);
}

std::string memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return std::to_string(usage.ru_maxrss);
}

}  // namespace

int main() {
  routes::RouteTable table;
  for (std::string line; std::getline(std::cin, line);) {
    const std::size_t tab = line.find('\t');
    const std::string command = line.substr(0, tab);
    const std::string rest = tab == line.npos ? std::string() : line.substr(tab + 1);
    if (command == "load") {
      std::cout << load(rest, table) << '\n';
    } else if (command == "match") {
      const std::size_t end = rest.find('\t');
      const Method method = method_from_token(rest.substr(0, end));
      std::cout << table.label(table.match(method, rest.substr(end + 1))) << '\n';
    } else if (command == "memory") {
      std::cout << memory() << '\n';
    } else {
      std::cerr << "load_documents: expected load, match or memory, found " << command << '\n';
      return 1;
    }
  }
  return 0;
}
