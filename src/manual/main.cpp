// Writes the man pages and the completions into a folder, at build time.
#include "wayside/config/reference.hpp"

#include "manual/completions.hpp"
#include "manual/man_pages.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

using namespace wayside;

int main(int argc, char* argv[]) {
  if (argc != 4) {
    std::fputs("usage: wayside_documents FOLDER VERSION DATE\n", stderr);
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  const manual::Edition edition{argv[2], argv[3]};
  const config::Reference reference = config::reference();
  const auto write = [&](const char* name, const std::string& text) {
    std::ofstream out(folder / name, std::ios::binary);
    out << text;
    out.close();
    if (!out) std::fprintf(stderr, "wayside_documents: cannot write %s\n", (folder / name).c_str());
    return !out.fail();
  };
  const bool all_written = write("wayside.1", manual::program_page(reference, edition)) &&
                           write("wayside.yaml.5", manual::file_page(reference, edition)) &&
                           write("wayside.bash", manual::bash_completion(reference)) &&
                           write("_wayside", manual::zsh_completion(reference));
  return all_written ? 0 : 1;
}
