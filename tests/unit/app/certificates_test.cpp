#include "app/certificates.hpp"

#include "support/certificates.hpp"
#include "support/raw_socket.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <future>
#include <string>
#include <utility>
#include <vector>

namespace wayside::app {
namespace {

using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;

class CertificatesTest : public testing::Test {
 protected:
  static config::ListenSpec listener(const std::vector<tls::CertificateFiles>& files) {
    config::ListenSpec spec{{"127.0.0.1", 443, {}}};
    if (!files.empty()) spec.tls = tls::ServerOptions{.certificates = files};
    return spec;
  }
  static Certificates::Options options(std::vector<config::ListenSpec> listen) {
    return {std::move(listen), {}};
  }
  std::shared_ptr<const tls::ServerContext> context() const {
    return certificates_.entrance_of(0).tls->get();
  }

  // Opens, watches, and changes the files; the result of reading them again.
  template <class Change>
  Checked<void, tls::LoadError> after(Change change) {
    EXPECT_TRUE(certificates_.open());
    std::promise<Checked<void, tls::LoadError>> changed;
    auto result = changed.get_future();
    certificates_.start([&, is_first = true](Checked<void, tls::LoadError> outcome) mutable {
      if (is_first) changed.set_value(std::move(outcome));
      is_first = false;
    });
    change();
    EXPECT_EQ(result.wait_for(test::kPatience), std::future_status::ready);
    auto outcome = result.get();
    certificates_.stop();
    return outcome;
  }

  test::Certificates files_;
  const tls::CertificateFiles a_ = files_.make("a", {.days = 5});
  Certificates certificates_{options({listener({a_}), listener({})})};
};

TEST_F(CertificatesTest, BelongToListeners) {
  ASSERT_TRUE(certificates_.open());
  EXPECT_NE(certificates_.entrance_of(0).tls, nullptr);
  EXPECT_EQ(certificates_.entrance_of(1).tls, nullptr);
  EXPECT_EQ(certificates_.entrance_of(2).tls, nullptr) << "more sockets were inherited";
}

TEST_F(CertificatesTest, HaveAnEnd) {
  Certificates certificates(
      options({listener({a_}), listener({files_.make("b", {.names = {"a.test"}, .days = 1}),
                                         files_.make("c", {.names = {"c.test"}, .days = 9})})}));
  ASSERT_TRUE(certificates.open());
  const auto ends_in = [](int days) {
    return testing::Truly([days](std::chrono::system_clock::time_point time) {
      return std::chrono::abs(time - std::chrono::system_clock::now() - std::chrono::hours(24 * days)) <
             std::chrono::minutes(5);
    });
  };
  EXPECT_THAT(certificates.expiries(),
              UnorderedElementsAre(Pair("a.test", ends_in(1)), Pair("c.test", ends_in(9))))
      << "of two for one name, the first to expire";
}

TEST_F(CertificatesTest, SayWhichListenerHasNone) {
  Certificates certificates(options({listener({{.cert = "/none", .key = "/none"}})}));
  const auto opened = certificates.open();
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, HasSubstr("the certificates of 127.0.0.1:443: cannot read /none"));
}

TEST_F(CertificatesTest, AreReadAgainWhereTheyChange) {
  std::shared_ptr<const tls::ServerContext> before;
  const auto result = after([&] {
    before = context();
    files_.make("a", {.names = {"new.test"}});
  });
  EXPECT_TRUE(result);
  EXPECT_NE(context(), before);
  EXPECT_EQ(context()->certificates().front().name, "new.test");
}

// Kubernetes swaps a symbolic link to the folder of a secret.
TEST_F(CertificatesTest, AreReadAgainBehindASymbolicLink) {
  namespace fs = std::filesystem;
  files_.make("b", {.names = {"b.test"}});
  const auto version = [&](const std::string& folder, const std::string& name) {
    fs::create_directory(files_.path(folder));
    for (const char* kind : {"pem", "key"})
      fs::copy_file(files_.path(name + "." + kind), files_.path(folder + "/tls." + kind));
  };
  version("v1", "a");
  version("v2", "b");
  fs::create_directory_symlink("v1", files_.path("data"));
  Certificates certificates(options({listener({files_.files("data/tls")})}));
  ASSERT_TRUE(certificates.open());
  std::promise<bool> changed;
  certificates.start(
      [&](const Checked<void, tls::LoadError>& result) { changed.set_value(result.has_value()); });
  fs::create_directory_symlink("v2", files_.path("next"));
  fs::rename(files_.path("next"), files_.path("data"));
  auto result = changed.get_future();
  ASSERT_EQ(result.wait_for(test::kPatience), std::future_status::ready);
  EXPECT_TRUE(result.get());
  EXPECT_EQ(certificates.entrance_of(0).tls->get()->certificates().front().name, "b.test");
}

TEST_F(CertificatesTest, ABrokenPairChangesNothing) {
  std::shared_ptr<const tls::ServerContext> before;
  const auto result = after([&] {
    before = context();
    files_.make("other");
    files_.write("a.key", files_.read("other.key"));
  });
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr("is not the one of the certificate"));
  EXPECT_EQ(context(), before);
}

TEST_F(CertificatesTest, AreTakenFromAReload) {
  ASSERT_TRUE(certificates_.open());
  auto loaded =
      certificates_.read(options({listener({files_.make("b", {.names = {"b.test"}})}), listener({})}));
  ASSERT_TRUE(loaded);
  EXPECT_EQ(context()->certificates().front().name, "a.test") << "not yet";
  certificates_.use(*std::move(loaded));
  EXPECT_EQ(context()->certificates().front().name, "b.test");
}

// What is in force stays, not what was in force at the start.
TEST_F(CertificatesTest, StayWhereAReloadNamesOtherListeners) {
  ASSERT_TRUE(certificates_.open());
  certificates_.use(
      *certificates_.read(options({listener({files_.make("b", {.names = {"b.test"}})}), listener({})})));
  auto loaded = certificates_.read(options({listener({files_.make("c", {.names = {"c.test"}})})}));
  ASSERT_TRUE(loaded);
  certificates_.use(*std::move(loaded));
  EXPECT_EQ(context()->certificates().front().name, "b.test");
}

TEST_F(CertificatesTest, WithoutAnyThereIsNoThread) {
  Certificates certificates(options({listener({})}));
  ASSERT_TRUE(certificates.open());
  certificates.start([](const Checked<void, tls::LoadError>&) { ADD_FAILURE(); });
  certificates.stop();
  EXPECT_TRUE(certificates.expiries().empty());
}

}  // namespace
}  // namespace wayside::app
