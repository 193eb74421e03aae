#include "wayside/listing/listing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace wayside::listing {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

// A file of tests/data/listings: the real output of the framework's command.
std::string data(const std::string& name) {
  std::ifstream in(std::string(WAYSIDE_SOURCE_DIR) + "/tests/data/listings/" + name);
  EXPECT_TRUE(in.good()) << name;
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string methods_of(MethodSet methods) {
  std::string out;
  for (const Method method : kMethods) {
    if (methods.contains(method)) out.append(out.empty() ? "" : ",").append(method_label(method));
  }
  return out.empty() ? "any" : out;
}

// "GET,POST /path", with the name and the dialect where they are not the usual ones; "line 7: text" for a
// note.
std::vector<std::string> read(const std::string& word, const std::string& text) {
  const Framework* const framework = find_framework(word);
  if (framework == nullptr) return {"unknown framework"};
  const auto listing = read_listing(*framework, text);
  if (listing.has_error()) {
    return {std::to_string(listing.error().line) + ":" + std::to_string(listing.error().column) + ": " +
            listing.error().message};
  }
  std::vector<std::string> out;
  for (const Entry& entry : listing->entries) {
    std::string line = methods_of(entry.methods) + " " + entry.path;
    if (!entry.name.empty()) line += " as " + entry.name;
    if (entry.dialect != framework->dialect) line += " in " + std::string(to_string(entry.dialect));
    out.push_back(line);
  }
  for (const Note& note : listing->notes)
    out.push_back("line " + std::to_string(note.line) + ": " + note.text);
  return out;
}

TEST(Listing, ReadsFlask) {
  EXPECT_THAT(read("flask", data("flask.txt")),
              ElementsAre("GET /files/<path:name>", "GET /r/<string(length=2):c>/<any(a, b):x>",
                          "GET /static/<path:filename>", "GET /users/<int:user_id>", "GET,POST /users"));
}

TEST(Listing, CutsNoRuleOfFlaskShort) {
  EXPECT_THAT(read("flask",
                   "Endpoint  Methods  Rule\n"
                   "--------  -------  ----\n"
                   "user      GET      /users/<int:id>\n"),
              ElementsAre(testing::StartsWith("3:1: expected cells as wide as the dashes")));
}

TEST(Listing, ReadsFlaskWithLogLinesAndHosts) {
  EXPECT_THAT(read("flask",
                   "DEBUG: loading\n\n"
                   "Endpoint  Methods    Host         Rule\n"
                   "--------  ---------  -----------  -----------\n"
                   "\xc3\xbcser      GET, POST  a.example    /\xc3\xbcser/<id>\n"
                   "x         GET        b.example    /x\n"),
              ElementsAre("GET,POST /\xc3\xbcser/<id>", "GET /x"));
}

TEST(Listing, ReadsEveryFormatOfShowUrls) {
  const auto dense = read("django", data("django.txt"));
  EXPECT_THAT(
      dense, ElementsAre("any /", "any /a/<var>/", "any /arch/<year>/", "any /blog/<slug:s>/",
                         "any /blog/y/<n>", "any /files/<path:p>", "any /opt<var>/", "any /users/<int:pk>/"));
  EXPECT_EQ(read("django", data("django-table.txt")), dense);
  EXPECT_THAT(read("django", data("django.json")), testing::UnorderedElementsAreArray(dense));
  EXPECT_THAT(read("django", "/x/<var>/<var>/\n\tController: a.b\n\tURL Name: x\n\tDecorators:\n"),
              ElementsAre("any /x/<var>/<var2>/"));
}

TEST(Listing, ReadsExpressionsOfDjango) {
  EXPECT_THAT(read("django", "^users/(?P<id>\\d+)/$\n"), ElementsAre("any ^users/(?P<id>\\d+)/$"));
}

TEST(Listing, ReadsRails) {
  const auto sheet = read("rails", data("rails.txt"));
  EXPECT_THAT(
      sheet,
      ElementsAre("GET /users/:user_id/photos(.:format)",
                  "GET /users/:user_id([^.]+)/photos/:id(\\d+)(.:format([^.]+)) as "
                  "/users/:user_id/photos/:id(.:format) in auto",
                  "GET,POST /users(.:format)", "GET /users/new(.:format)", "GET /users/:id/edit(.:format)",
                  "GET,PUT,DELETE,PATCH /users/:id(.:format)", "GET /files/*filename(.:format)", "GET /exact",
                  "GET /opt(/:id)(.:format)", "GET,POST /both(.:format)", "any /all(.:format)", "GET /",
                  "GET /redir(.:format)", "any /rack(/*path)", "GET /mid/*a/tail(.:format)",
                  "GET /s/:code([A-Z]{2}\\d+)(.:format([^.]+)) as /s/:code(.:format) in auto"));
  EXPECT_EQ(read("rails", data("rails-expanded.txt")), sheet);
}

// A terminal of 80 columns, from which the table was copied.
TEST(Listing, ReadsRailsInCutLines) {
  EXPECT_THAT(read("rails",
                   "                     Prefix Verb   URI Pattern          Controller#Action\n"
                   "rails_service_blob GET    /rails/active_storage/blobs/:signed_id/*filename(.:format)\n"
                   "   active_storage/blobs/redirect#show\n"
                   "update_rails_disk_service PUT\n"
                   "      /rails/active_storage/disk/:encoded_token(.:format)\n"
                   "             active_storage/disk#update {:encoded_token=>\n"
                   "/[a-z]+/}\n"
                   "                       root GET    /          home#index\n"),
              ElementsAre("GET /rails/active_storage/blobs/:signed_id/*filename(.:format)",
                          "PUT /rails/active_storage/disk/:encoded_token([a-z]+)(.:format([^.]+)) as "
                          "/rails/active_storage/disk/:encoded_token(.:format) in auto",
                          "GET /"));
}

TEST(Listing, PutsRoutesOfAnEngineBelowItsMount) {
  EXPECT_THAT(read("rails",
                   "  Prefix Verb URI Pattern  Controller#Action\n"
                   "  blorgh      /blog        Blorgh::Engine\n"
                   " sidekiq      /sidekiq     Sidekiq::Web\n"
                   "\n"
                   "Routes for Blorgh::Engine:\n"
                   "articles GET  /articles(.:format) blorgh/articles#index\n"
                   "    root GET  /                   blorgh/articles#index\n"),
              ElementsAre("any /sidekiq(/*path)", "GET /blog/articles(.:format)", "GET /blog"));
}

TEST(Listing, ReadsConstraintsOfRuby34) {
  EXPECT_THAT(read("rails", "  GET /p/:id(.:format) p#show {id: /[a-z\\/]+/, subdomain: \"x\"}\n"),
              ElementsAre("GET /p/:id([a-z\\/]+)(.:format([^.]+)) as /p/:id(.:format) in auto"));
}

TEST(Listing, ReadsExpress4) {
  const auto routes = read("express4", data("express4.txt"));
  EXPECT_THAT(routes, ElementsAre("GET /", "GET /users/:id", "POST /users", "GET /api/:mount1/items/:item",
                                  "POST /api/:mount1/", "GET /plain/items/:item", "POST /plain/", "any /any",
                                  "GET,PUT /book", "GET /files/*", "GET /o/:id?", "GET /a1", "GET /a2",
                                  "GET /n/:id(\\d+)", "line 47: /.*fly$/"));
}

TEST(Listing, TellsTheVersionOfExpressByItsSpelling) {
  EXPECT_THAT(read("express", "GET /a/*\nGET /b\n"),
              ElementsAre("GET /a/* in express4", "GET /b in express4"));
  EXPECT_THAT(read("express", "GET /a/*rest\nGET /b\n"),
              ElementsAre("GET /a/*rest in express5", "GET /b in express5"));
  EXPECT_THAT(read("express", "GET /a{/:id}\n"), ElementsAre("GET /a{/:id} in express5"));
  EXPECT_THAT(read("express", "GET /a\n"), ElementsAre("GET /a in express5"));
  EXPECT_THAT(read("express", "GET /a/*rest\nGET /a/:id?\n"),
              ElementsAre(HasSubstr("2:1: expected the spelling of one version of Express")));
}

TEST(Listing, RefusesMountsThatTheListingDoesNotShow) {
  EXPECT_THAT(read("express5", data("express5.txt")),
              ElementsAre(HasSubstr(
                  "4:1: expected the path that the router is mounted on, found \"/~/items/:item\"")));
}

TEST(Listing, ReadsFastify) {
  const auto routes = read("fastify", data("fastify.txt"));
  EXPECT_THAT(routes,
              ElementsAre("GET,HEAD /", "GET,HEAD,POST /users", "GET,HEAD /users/me", "GET,HEAD /users/:id",
                          "GET,HEAD /files/*", "GET,HEAD /t/:h(^\\d{2})h:m(^\\d{2})m",
                          "GET,HEAD /c/name::verb", "any /any", "GET,HEAD /opt", "GET,HEAD /opt/:id",
                          "GET,HEAD /x/:file.json", "GET,HEAD /host"));
  EXPECT_THAT(read("fastify", data("fastify-hooks.txt")), testing::UnorderedElementsAreArray(routes));
}

TEST(Listing, ReadsSinatra) {
  EXPECT_THAT(
      read("sinatra", data("sinatra.txt")),
      ElementsAre("GET,HEAD /", "GET,HEAD /users/:id", "GET,HEAD /say/*/to/*", "GET,HEAD /download/*.*",
                  "GET,HEAD /opt/?:format?", "GET,HEAD /p/:a.:b", "GET,HEAD /\xc3\xa4/:x", "POST /users",
                  "line 7: \\/hello\\/([\\w]+)", "line 15: \\/hello\\/([\\w]+)"));
}

TEST(Listing, ReadsTheLogOfGin) {
  EXPECT_THAT(read("gin",
                   "[GIN-debug] [WARNING] Running in \"debug\" mode.\n"
                   "[GIN-debug] GET    /users/:id     --> main.user (3 handlers)\n"
                   "[GIN-debug] Listening and serving HTTP on :8080\n"),
              ElementsAre("GET /users/:id"));
}

TEST(Listing, ReadsPatternsOfGo) {
  EXPECT_THAT(read("go", "# patterns\nGET /users/{id}\nPOST /users/{id}\n/static/\nexample.com/x/{id...}\n"),
              ElementsAre("GET,POST /users/{id}", "any /static/", "any example.com/x/{id...}"));
  EXPECT_THAT(read("go", "/x\n  fetch /users\n"),
              ElementsAre(HasSubstr("2:3: expected a pattern of net/http")));
}

// A note shows the whole line, so one for each call would take memory in the square of its length.
TEST(Listing, NotesALineOfGoOnce) {
  std::string source = "m";
  for (int i = 0; i < 1000; ++i)
    source += ".Handle(pattern)";
  const auto listing = read_listing(*find_framework("go"), source + "\nm.Handle(other)\n");
  ASSERT_TRUE(listing.has_value());
  EXPECT_EQ(listing->notes.size(), 2U);
}

TEST(Listing, ReadsSourceOfGo) {
  EXPECT_THAT(
      read("go", R"(package main
import "net/http"
const prefix = "/api"
func main() {
  mux := http.NewServeMux()
  mux.HandleFunc("GET /users/{id}", user) // not "/that"
  // mux.HandleFunc("/old", old)
  mux.Handle(`/static/`, http.FileServer(http.Dir("/srv"))); mux.HandleFunc( "/b", b)
  mux.HandleFunc(prefix + "/x", x)
})"),
      ElementsAre("GET /users/{id}", "any /static/", "any /b", "line 9: mux.HandleFunc(prefix + \"/x\", x)"));
}

TEST(Listing, ReadsMappingsOfSpring) {
  EXPECT_THAT(read("spring", data("spring.json")),
              ElementsAre("any /webjars/**", "GET /users/{id:[0-9]+}", "GET /people/{id}", "any /error",
                          "GET /functional/{id}", "line 14: ((GET || POST) && /both)"));
  EXPECT_THAT(read("spring", "{\"contexts\": {\n  \"a\": [}"), ElementsAre(HasSubstr("2:")));
  EXPECT_THAT(read("spring", "{}"), ElementsAre(HasSubstr("1:1: expected the JSON of /actuator/mappings")));
}

// 3.7 kB of aliases were 2.7 s of work and 333 MB of routes.
TEST(Listing, RefusesAliasesInMappingsOfSpring) {
  std::string text = "{\"contexts\": {\"a\": {\"mappings\": {\"dispatcherServlets\": {\n\"d0\": &d [";
  for (int i = 0; i < 50; ++i)
    text += R"({"predicate": "/p"},)";
  text += "{}]";
  for (int i = 1; i < 200; ++i)
    text += ",\n\"d" + std::to_string(i) + "\": *d";
  EXPECT_THAT(read("spring", text + "}}}}}"), ElementsAre(HasSubstr("3:7: expected JSON, found a mistake")));
}

TEST(Listing, ReadsTheDocumentOfFastApi) {
  EXPECT_THAT(read("fastapi", R"({"openapi": "3.0.2", "info": {"title": "FastAPI", "version": "0.1.0"},
    "paths": {"/items/{item_id}": {"get": {"responses": {}}, "put": {"responses": {}}}}})"),
              ElementsAre("GET,PUT /items/{item_id}"));
  EXPECT_THAT(read("fastapi", "[]"), ElementsAre(HasSubstr("1:1: ")));
}

TEST(Listing, RefusesTextWithoutARoute) {
  for (const Framework& framework : frameworks()) {
    for (const std::string text : {"", "\n", "no route here\n", "{", "\xff\xfe", "\x1b["}) {
      EXPECT_THAT(read(std::string(framework.word), text), ElementsAre(HasSubstr("expected")))
          << framework.word;
    }
  }
}

TEST(Listing, KnowsItsFrameworksByWord) {
  EXPECT_EQ(find_framework("Flask"), nullptr);
  std::string last;
  for (const Framework& framework : frameworks()) {
    EXPECT_EQ(find_framework(framework.word), &framework);
    EXPECT_LT(last, framework.word);
    last = framework.word;
  }
}

}  // namespace
}  // namespace wayside::listing
