#include "proxy/log_text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace wayside::proxy {
namespace {

class LogTextTest : public testing::Test {
 protected:
  net::BufferPool pool_;
  LogText text_;
};

TEST_F(LogTextTest, IsEmptyBeforeThereIsARequest) {
  EXPECT_EQ(text_.method(), "");
  EXPECT_EQ(text_.target(), "");
  EXPECT_EQ(text_.label(), "");
}

TEST_F(LogTextTest, CopiesWhatItIsTold) {
  {
    const std::string method = "GET";
    const std::string target = "/users/7";
    text_.note_request(pool_, method, target);
    text_.note_label(std::string("/users/{id}"));
  }
  EXPECT_EQ(text_.method(), "GET");
  EXPECT_EQ(text_.target(), "/users/7");
  EXPECT_EQ(text_.label(), "/users/{id}");
  LogText moved = std::move(text_);
  EXPECT_EQ(moved.target(), "/users/7");
}

TEST_F(LogTextTest, KeepsTheLastLabel) {
  text_.note_request(pool_, "GET", "/");
  for (const char* label : {"unmatched", "/a", "/declared"})
    text_.note_label(label);
  EXPECT_EQ(text_.label(), "/declared");
}

// There is room for all that may come, each at its longest.
TEST_F(LogTextTest, CutsWhatIsTooLong) {
  const std::string longer(LogText::kMaxTarget + LogText::kMaxLabel, 'x');
  text_.note_request(pool_, longer, longer);
  for (int i = 0; i < 3; ++i)
    text_.note_label(longer);
  EXPECT_EQ(text_.method(), longer.substr(0, LogText::kMaxMethod));
  EXPECT_EQ(text_.target(), longer.substr(0, LogText::kMaxTarget));
  EXPECT_EQ(text_.label(), longer.substr(0, LogText::kMaxLabel));
}

}  // namespace
}  // namespace wayside::proxy
