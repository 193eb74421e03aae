#include "wayside/config/load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>
#include <vector>

namespace wayside::config {
namespace {

using metrics::Naming;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

using Words = std::vector<const char*>;

// Loads with the program's name put before the words.
Checked<Invocation, Errors> load_words(Words words, const Words& environment = {}) {
  words.insert(words.begin(), "wayside");
  return load(words, environment);
}

Settings settings_of(const Words& words, const Words& environment = {}) {
  const auto invocation = load_words(words, environment);
  EXPECT_THAT(invocation.has_error() ? invocation.error().lines : std::vector<std::string>{}, IsEmpty());
  return invocation.has_value() ? invocation->settings : Settings{};
}

std::vector<std::string> errors_of(const Words& words, const Words& environment = {}) {
  const auto invocation = load_words(words, environment);
  return invocation.has_error() ? invocation.error().lines : std::vector<std::string>{};
}

// A folder of its own that goes with the test.
class LoadFile : public testing::Test {
 protected:
  LoadFile() {
    std::string pattern = testing::TempDir() + "wayside-load-XXXXXX";
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  ~LoadFile() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::string write(const std::string& text) const {
    const std::string path = folder_ / "wayside.yaml";
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  std::filesystem::path folder_;
};

TEST(Load, IsTheDefaultsWithoutAnything) {
  const auto invocation = load_words({});
  ASSERT_TRUE(invocation.has_value());
  EXPECT_EQ(invocation->action, Action::kRun);
  EXPECT_EQ(invocation->settings, Settings{});
}

TEST(Load, ReadsEveryOption) {
  const Settings settings =
      settings_of({"--listen", ":1", "--backend", "http://app", "--metrics-listen", ":2", "--naming",
                   "flask,http", "--workers", "3", "--log-level", "debug"});
  EXPECT_EQ(settings.listen.front().address.port, 1);
  EXPECT_EQ(settings.backend, (Address{"app", 80, {}}));
  EXPECT_EQ(settings.metrics_listen.front().address.port, 2);
  EXPECT_THAT(settings.namings, ElementsAre(Naming::kFlask, Naming::kHttp));
  EXPECT_EQ(settings.workers, 3U);
  EXPECT_EQ(settings.log_level, LogLevel::kDebug);
}

TEST(Load, ReadsTheEnvironment) {
  const Settings settings = settings_of(
      {}, {"WAYSIDE_LISTEN=:1", "WAYSIDE_BACKEND=http://app", "WAYSIDE_METRICS_LISTEN=:2",
           "WAYSIDE_NAMING=flask", "WAYSIDE_WORKERS=3", "WAYSIDE_LOG_LEVEL=debug", "LISTEN=nothing"});
  EXPECT_EQ(settings.listen.front().address.port, 1);
  EXPECT_EQ(settings.backend, (Address{"app", 80, {}}));
  EXPECT_EQ(settings.metrics_listen.front().address.port, 2);
  EXPECT_THAT(settings.namings, ElementsAre(Naming::kFlask));
  EXPECT_EQ(settings.workers, 3U);
  EXPECT_EQ(settings.log_level, LogLevel::kDebug);
}

TEST_F(LoadFile, IsOverriddenByTheEnvironmentAndThatByTheCommandLine) {
  const std::string file =
      write("listen: :1\nworkers: 1\nlog_level: warn\nmetrics: {naming: [http, flask]}\n");
  const Settings settings = settings_of({"--config", file.c_str(), "--listen", ":3", "--naming=flask"},
                                        {"WAYSIDE_LISTEN=:2", "WAYSIDE_WORKERS=2", "WAYSIDE_NAMING=http"});
  EXPECT_EQ(settings.listen.front().address.port, 3);
  EXPECT_EQ(settings.workers, 2U);
  EXPECT_EQ(settings.log_level, LogLevel::kWarn);
  EXPECT_THAT(settings.namings, ElementsAre(Naming::kFlask));
  EXPECT_EQ(settings.file, file);
}

TEST_F(LoadFile, IsNamedByTheCommandLineBeforeTheEnvironment) {
  const std::string file = write("workers: 5");
  const std::string variable = "WAYSIDE_CONFIG=" + file;
  EXPECT_EQ(settings_of({}, {variable.c_str()}).workers, 5U);
  EXPECT_EQ(settings_of({"--config", file.c_str()}, {"WAYSIDE_CONFIG=/no/such/file"}).workers, 5U);
}

TEST_F(LoadFile, IsRequiredOnceNamed) {
  const std::string missing = folder_ / "missing.yaml";
  EXPECT_THAT(errors_of({"--config", missing.c_str()}),
              ElementsAre(missing + ": expected a readable file, found: No such file or directory"));
  EXPECT_THAT(errors_of({"--config", folder_.c_str()}),
              ElementsAre(folder_.string() + ": expected a readable file, found: a directory"));
  EXPECT_THAT(errors_of({"--config", "/dev/zero"}),
              ElementsAre("/dev/zero: expected a readable file, found: more than 16MiB"));
  EXPECT_THAT(errors_of({}, {"WAYSIDE_CONFIG="}),
              ElementsAre(R"(WAYSIDE_CONFIG: expected the path of a file, found "")"));
}

TEST_F(LoadFile, ReportsTheMistakesOfAllSources) {
  const std::string file = write("workers: none\n\nlisten: here\n");
  EXPECT_THAT(
      errors_of({"--config", file.c_str(), "--workers", "x"}, {"WAYSIDE_WORKERS=y", "WAYSIDE_WORKER=1"}),
      ElementsAre(StartsWith("WAYSIDE_WORKER: expected a known variable"), StartsWith(file + ":1: workers: "),
                  StartsWith(file + ":3: listen: "), StartsWith("WAYSIDE_WORKERS: expected a number"),
                  StartsWith("--workers: expected a number")));
}

TEST(Load, ReportsAnOverriddenMistake) {
  EXPECT_THAT(errors_of({"--listen", ":1"}, {"WAYSIDE_LISTEN=x"}),
              ElementsAre(R"(WAYSIDE_LISTEN: expected host:port or unix:/path, found "x")"));
}

TEST(Load, AnswersHelpAndVersionWhateverElseIsWrong) {
  for (const char* flag : {"--help", "--version"}) {
    const auto invocation = load_words({flag, "--config", "/no/such/file"}, {"WAYSIDE_LISTEN=x"});
    ASSERT_TRUE(invocation.has_value()) << flag;
    EXPECT_EQ(invocation->settings, Settings{});
  }
}

TEST(Load, RejectsOneAddressForTwoPurposes) {
  EXPECT_THAT(errors_of({"--listen", ":80", "--metrics-listen", "0.0.0.0:80"}),
              ElementsAre(R"(--metrics-listen: expected an address of its own, found "0.0.0.0:80", which is )"
                          "that of --listen: change the port of one of them"));
  EXPECT_THAT(errors_of({"--metrics-listen", ":8080"}),
              ElementsAre(R"(--metrics-listen: expected an address of its own, found "0.0.0.0:8080", which )"
                          "is that of listen: change the port of one of them"));
  EXPECT_THAT(errors_of({"--listen", ":0", "--metrics-listen", ":0"}), IsEmpty()) << "two free ports";
}

TEST_F(LoadFile, NamesThePlaceOfAConflict) {
  struct Case {
    std::string text;
    std::string error;  // without the file's name
  };
  const std::vector<Case> cases = {
      {"listen: :80\nmetrics:\n  listen: :80\n",
       R"(:3: metrics.listen: expected an address of its own, found "0.0.0.0:80", which is that of listen )"
       "(line 1): change the port of one of them"},
      {"listen:\n  - :80\n  - unix:/a\n  - unix:/a\n",
       R"(:4: listen[2]: expected an address of its own, found "unix:/a", which is that of listen[1] )"
       "(line 3): remove one of them"},
      {"metrics:\n  listen: {address: :1, proxy_protocol: true}\n",
       ":2: metrics.listen: expected no proxy_protocol, found it: it names clients of the proxy"},
      {"backend: http://127.0.0.1:8080\n",
       R"(:1: backend: expected another service, found "127.0.0.1:8080", where wayside itself listens)"},
      {"backend:\n  url: http://127.0.0.1:10180\n",
       R"(:2: backend.url: expected another service, found "127.0.0.1:10180", where wayside itself listens)"},
      {"metrics:\n  labels:\n    le: {header: X, values: [a]}\n",
       R"(:3: metrics.labels.le: expected the name of a label, found "le")"},
      {"metrics:\n  rename:\n    families: {x: y}\n",
       R"(:3: metrics.rename: expected the name of a family, found "x")"},
      {"metrics:\n  max_series: 1\n",
       ":2: metrics.max_series: expected at least 327 with these namings, buckets and histograms, found 1"},
      {"backend:\n  health:\n    timeout: 1s\n    interval: 3s\n",
       ":3: backend.health: expected path, such as path: /healthz, beside interval and timeout, found none"},
  };
  for (const auto& [text, error] : cases) {
    const std::string file = write(text);
    EXPECT_THAT(errors_of({"--config", file.c_str()}), ElementsAre(file + error)) << text;
  }
}

TEST_F(LoadFile, NamesTheSourceThatOverridesTheFile) {
  const std::string file = write("listen: [:1, :2]\nbackend: http://app\n");
  EXPECT_THAT(errors_of({"--config", file.c_str(), "--listen", ":1", "--listen", ":1"}),
              ElementsAre(StartsWith("--listen: expected an address of its own")));
  EXPECT_THAT(errors_of({"--config", file.c_str()}, {"WAYSIDE_BACKEND=http://127.0.0.1:2"}),
              ElementsAre(StartsWith("WAYSIDE_BACKEND: expected another service")));
}

TEST(Load, RejectsAddressesThatOverlap) {
  struct Case {
    const char* listen;
    std::string fault;  // empty: none
  };
  const std::vector<Case> cases = {
      {"0.0.0.0:80,127.0.0.1:80", R"(found "127.0.0.1:80", which is among those of "0.0.0.0:80")"},
      {"127.0.0.1:80,0.0.0.0:80", R"(found "0.0.0.0:80", which includes "127.0.0.1:80")"},
      {"[::]:80,127.0.0.1:80", R"(found "127.0.0.1:80", which is among those of "[::]:80")"},
      {"[0::0]:80,127.0.0.1:80", R"(found "127.0.0.1:80", which is among those of "[0::0]:80")"},
      {"[0:0::]:80,[::1]:80", R"(found "[::1]:80", which is among those of "[0:0::]:80")"},
      {"[::]:80,[::1]:80", R"(found "[::1]:80", which is among those of "[::]:80")"},
      {"[::1]:80,[0:0::1]:80", R"(found "[0:0::1]:80", which is that of)"},
      {"[::]:80,0.0.0.0:80", {}},
      {"[0::0]:80,0.0.0.0:80", {}},
      {"[::1]:80,0.0.0.0:80", {}},
      {"0.0.0.0:80,127.0.0.1:81", {}},
      {"127.0.0.1:80,127.0.0.2:80", {}},
      {"[::]:0,127.0.0.1:0", {}},
  };
  for (const auto& [listen, fault] : cases) {
    const auto errors = errors_of({"--listen", listen});
    if (fault.empty()) {
      EXPECT_THAT(errors, IsEmpty()) << listen;
    } else {
      EXPECT_THAT(errors, ElementsAre(HasSubstr(fault))) << listen;
    }
  }
  EXPECT_THAT(errors_of({"--listen", "127.0.0.1:80", "--metrics-listen", ":80"}),
              ElementsAre(HasSubstr(R"("0.0.0.0:80", which includes "127.0.0.1:80")")));
}

TEST_F(LoadFile, LetsSharedPortsOverlap) {
  const std::string file = write("reuse_port: true\nlisten: [0.0.0.0:80, 127.0.0.1:80]\n");
  EXPECT_THAT(errors_of({"--config", file.c_str()}), IsEmpty()) << "the kernel takes the closest address";
  EXPECT_THAT(errors_of({"--config", file.c_str(), "--metrics-listen", "127.0.0.2:80"}),
              ElementsAre(StartsWith("--metrics-listen: ")))
      << "metrics.listen is never shared";
}

TEST_F(LoadFile, KnowsTheOwnersOfSockets) {
  const std::string file = write(
      "listen:\n"
      "  - {address: unix:/a, owner: root:root}\n"
      "  - {address: unix:/b, owner: '4242:4242'}\n"
      "  - {address: unix:/c, owner: no-such-user}\n"
      "metrics:\n"
      "  listen: {address: unix:/d, owner: ':no-such-group'}\n");
  EXPECT_THAT(
      errors_of({"--config", file.c_str()}),
      ElementsAre(file + R"(:4: listen[2]: expected the owner to be known on this machine, found no user )"
                         R"("no-such-user")",
                  file + R"(:6: metrics.listen: expected the owner to be known on this machine, found no )"
                         R"(group "no-such-group")"));
}

// The file may be checked on another machine than that of the sockets.
TEST_F(LoadFile, WarnsOfUnknownOwnersWhereNothingListens) {
  const std::string file = write("listen: {address: unix:/a, owner: no-such-user}\n");
  const auto checked = load_words({"--check", "--config", file.c_str()});
  ASSERT_TRUE(checked.has_value()) << checked.error().lines.front();
  EXPECT_THAT(checked->hints,
              ElementsAre(file + R"(:1: listen: expected the owner to be known on this machine, found no )"
                                 R"(user "no-such-user")"));
  EXPECT_THAT(errors_of({"--explain", "GET /", "--config", file.c_str()}), IsEmpty());
  EXPECT_THAT(errors_of({"--config", file.c_str()}), ElementsAre(HasSubstr("no-such-user")));
}

TEST(Load, RejectsABackendThatIsWaysideItself) {
  for (const char* backend : {"http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"}) {
    EXPECT_THAT(errors_of({"--backend", backend}),
                ElementsAre(StartsWith("--backend: expected another service")));
  }
  EXPECT_THAT(errors_of({"--backend", "http://[::1]:8080", "--listen", "[0::0]:8080"}),
              ElementsAre(StartsWith("--backend: expected another service")));
  EXPECT_THAT(errors_of({"--backend", "http://127.0.0.1:8080", "--listen", "10.0.0.1:8080"}), IsEmpty());
  EXPECT_THAT(errors_of({"--backend", "http://app:8080"}), IsEmpty());
  EXPECT_THAT(errors_of({"--demo", "--listen", ":5000"}), IsEmpty())
      << "the demo brings a backend of its own";
}

TEST_F(LoadFile, RefusesAProxyProtocolThatNobodyMaySpeak) {
  const auto errors = [this](const std::string& protocol, const std::string& trusted) {
    const std::string file = write("listen: {address: 0.0.0.0:1, proxy_protocol: " + protocol +
                                   "}\ntrusted_proxies: [" + trusted + "]\n");
    return errors_of({"--config", file.c_str()});
  };
  EXPECT_THAT(
      errors("true", ""),
      ElementsAre(
          folder_.string() +
          "/wayside.yaml:2: trusted_proxies: expected the load balancers that speak the PROXY protocol "
          "(listen.proxy_protocol), found an empty list: every connection would be refused"));
  EXPECT_THAT(errors("true", "192.0.2.1"), IsEmpty());
  EXPECT_THAT(errors("optional", ""), IsEmpty()) << "connections without a header are served";
}

TEST_F(LoadFile, ReadsTheWebConfigBesideIt) {
  std::ofstream(folder_ / "web.yaml") << "http_server_config: {headers: {X-Frame-Options: deny}}\n";
  const std::string path = write("metrics: {web_config: web.yaml, probes: open}\n");
  for (const Words& words : {Words{"--config", path.c_str()}, Words{"probe", "--config", path.c_str()}}) {
    const Settings settings = settings_of(words);
    EXPECT_EQ(settings.web_config, (folder_ / "web.yaml").string());
    EXPECT_THAT(settings.web.fields, ElementsAre(WebConfig::Field{"X-Frame-Options", "deny"}));
    EXPECT_EQ(settings.probes, Probes::kOpen);
  }
}

TEST_F(LoadFile, ReportsTheMistakesOfTheWebConfig) {
  const std::string path = write("\nmetrics: {web_config: web.yaml}\n");
  const std::string web = (folder_ / "web.yaml").string();
  EXPECT_THAT(errors_of({"check", "--config", path.c_str()}),
              ElementsAre(path + ":2: metrics.web_config: " + web +
                          ": expected a readable file, found: No such file or directory"));
  std::ofstream(web) << "\ntls_server_config: {cert_file: c.pem, key_file: k.pem}\n";
  EXPECT_THAT(errors_of({"check", "--config", path.c_str()}),
              ElementsAre(web + ":2: tls_server_config: cannot read " + (folder_ / "c.pem").string() +
                          ": No such file or directory"));
}

TEST_F(LoadFile, RefusesTwoMeasurementsUnderOneName) {
  const std::string file = write(
      "routes:\n"
      "  - {path: /a, methods: [GET], slo: 1s}\n"
      "  - {path: /a, methods: [POST], slo: 1s}\n"
      "  - {path: /b, name: a}\n"
      "  - {path: /c, name: a, buckets: [1]}\n");
  EXPECT_THAT(
      errors_of({"--config", file.c_str()}),
      ElementsAre(StartsWith(file + ":5: routes: expected the buckets, histograms and slo of line 4")));
}

TEST_F(LoadFile, AsksForTheRoomOfTheZerosThatAreShown) {
  const auto hint = [&](const std::string& more) {
    const std::string file = write("metrics: {max_series: 327" + more + "}\nroutes: [/a]\n");
    const std::vector<std::string> hints = load_words({"--check", "--config", file.c_str()})->hints;
    return hints.empty() ? "" : hints.front();
  };
  EXPECT_THAT(hint(""), HasSubstr("expected at least 385 for 1 routes"));
  EXPECT_THAT(hint(", zero_series: off"), HasSubstr("expected at least 379 for 1 routes"));
  EXPECT_THAT(hint(", naming: flask"), HasSubstr("expected at least 379 for 1 routes")) << "shows no zeros";
}

TEST_F(LoadFile, HintsAtRoutesThatHaveNoRoom) {
  const std::string few = write("metrics: {max_series: 1000}\nroutes: [/a]\n");
  EXPECT_THAT(load_words({"--check", "--config", few.c_str()})->hints, IsEmpty());
  std::string text = "metrics: {max_series: 1000}\nroutes:\n";
  for (int i = 0; i < 100; ++i)
    text += "  - /" + std::to_string(i) + "\n";
  const std::string many = write(text);
  EXPECT_THAT(load_words({"--check", "--config", many.c_str()})->hints,
              ElementsAre(StartsWith(many + ":1: metrics.max_series: expected at least ")));
}

}  // namespace
}  // namespace wayside::config
