#include "admin/authenticator.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <vector>

namespace wayside::admin {
namespace {

// Of "correct horse" and of "battery staple".
const std::string kHorse = "$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e";
const std::string kStaple = "$2b$04$abcdefghijklmnopqrstuuhfdSToe28Z2OzxmmHxfI3lnNDfjxoF6";

constexpr char kRight[] = "Basic YWxpY2U6Y29ycmVjdCBob3JzZQ==";  // alice:correct horse
constexpr char kWrong[] = "Basic YWxpY2U6YmF0dGVyeSBzdGFwbGU=";  // alice:battery staple
constexpr char kUnknown[] = "Basic Ym9iOmNvcnJlY3QgaG9yc2U=";    // bob:correct horse

std::shared_ptr<const Access> access_with(const std::string& hash) {
  Access access;
  access.users = {{"alice", hash}};
  return std::make_shared<const Access>(std::move(access));
}

class AuthenticatorTest : public testing::Test {
 protected:
  std::future<Verdict> begin(const std::string& authorization) {
    return boost::asio::co_spawn(io_context_, authenticator_.check(access_, authorization),
                                 boost::asio::use_future);
  }
  Verdict check(const std::string& authorization) {
    auto verdict = begin(authorization);
    io_context_.restart();
    io_context_.run();
    return verdict.get();
  }

  boost::asio::io_context io_context_;
  Authenticator authenticator_{io_context_.get_executor()};
  std::shared_ptr<const Access> access_ = access_with(kHorse);
};

TEST_F(AuthenticatorTest, AdmitsWhoeverKnowsThePassword) {
  EXPECT_EQ(check(kRight), Verdict::kAdmitted);
  EXPECT_EQ(check(kWrong), Verdict::kRefused);
  EXPECT_EQ(check(kUnknown), Verdict::kRefused);
  EXPECT_EQ(check(""), Verdict::kRefused);
  EXPECT_EQ(check(kRight), Verdict::kAdmitted);
}

TEST_F(AuthenticatorTest, ForgetsAPasswordThatIsReplaced) {
  EXPECT_EQ(check(kRight), Verdict::kAdmitted);
  access_ = access_with(kStaple);
  EXPECT_EQ(check(kRight), Verdict::kRefused);
  EXPECT_EQ(check(kWrong), Verdict::kAdmitted);
  access_ = std::make_shared<const Access>(Access{.users = {{"bob", kHorse}}});
  EXPECT_EQ(check(kWrong), Verdict::kRefused);
  EXPECT_EQ(check(kUnknown), Verdict::kAdmitted);
}

TEST_F(AuthenticatorTest, LooksAtFewWrongPasswordsAndAtAllKnownOnes) {
  EXPECT_EQ(check(kRight), Verdict::kAdmitted);
  int refused = 0;
  while (check(refused % 2 == 0 ? kWrong : kUnknown) == Verdict::kRefused)
    ++refused;
  EXPECT_GE(refused, 10);
  EXPECT_EQ(check(kRight), Verdict::kAdmitted) << "known";
}

TEST_F(AuthenticatorTest, BoundsTheAttemptsUnderWay) {
  std::vector<std::future<Verdict>> verdicts;
  for (int i = 0; i < 50; ++i)
    verdicts.push_back(begin(kWrong));
  io_context_.run();
  int refused = 0;
  for (auto& verdict : verdicts)
    refused += verdict.get() == Verdict::kRefused ? 1 : 0;
  EXPECT_GE(refused, 10);
  EXPECT_LT(refused, 50);
}

TEST_F(AuthenticatorTest, EndsEveryCheckWhenItIsStopped) {
  auto first = begin(kRight);
  auto second = begin(kRight);
  io_context_.poll();
  authenticator_.stop();
  io_context_.restart();
  io_context_.run();
  first.get();
  second.get();
  EXPECT_EQ(check(kRight), Verdict::kRefused);
}

}  // namespace
}  // namespace wayside::admin
