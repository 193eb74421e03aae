// main() of a fuzz target without libFuzzer: feeds it every file of the folders that the command line names,
// in the order of their names. A finding ends the process, as it does under the fuzzer; so does a folder
// without files, because a test that looks at nothing proves nothing.
#include "fuzz/check.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

namespace {

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

std::string contents(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  in.exceptions(std::ios::badbit);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const auto files = files_in(argv[i]);
    for (const auto& file : files) {
      std::cout << file.filename().string()
                << std::endl;  // flushed: the last line names the input that broke something
      const std::string input = contents(file);
      LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
    }
    if (files.empty()) {
      std::cerr << argv[i] << ": no files\n";
      return 1;
    }
  }
}
