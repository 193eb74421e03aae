#include "wayside/base/text_table.hpp"

#include <gtest/gtest.h>

namespace wayside {
namespace {

TEST(TextTable, AlignsItsColumns) {
  std::string out = "before\n";
  append_text({{"A", "LONG HEAD", "LAST"}, {{"1", "2", "3"}, {"longer", "", "x y"}}}, out);
  EXPECT_EQ(out,
            "before\n"
            "A       LONG HEAD  LAST\n"
            "1       2          3\n"
            "longer             x y\n");
}

TEST(TextTable, QuotesWhatATerminalWouldObey) {
  std::string out;
  append_text({{"A"}, {{"\x1b[2J"}, {"\xc3\xa4"}, {"plain \"quoted\""}}}, out);
  EXPECT_EQ(out, "A\n\"\\x1b[2J\"\n\"\\xc3\\xa4\"\nplain \"quoted\"\n");
}

}  // namespace
}  // namespace wayside
