"""Does wayside name the route that the framework served? Asked of real applications.

Each application (frameworks/) prints its routes by the framework's own command or API. `wayside routes import` reads
that listing, and wayside stands in front of the application with it. Requests are made of the routes: every
parameter with many values, and near misses. The application says in X-Route which route served a request, and
wayside's access log which route it counted.
"""

import http.client
import json
import os
import random
import re
import shutil
import subprocess
import unittest
from pathlib import Path
from urllib.parse import quote

import node_packages
import support

FOLDER = Path(__file__).with_name("frameworks")
PYTHON = "/usr/bin/python3"  # Debian's, for which the frameworks are packaged

# Values for a parameter: each is what some constraint takes and others refuse.
VALUES = [
    "42", "007", "-7", "1.5", "2024", "12", "ab", "abc", "me", "edit", "x.json", "report.pdf", "a-b", "a.b.c", "some_slug",
    "some-slug", "UPPER", "AB12", "123e4567-e89b-12d3-a456-426614174000", "12h30m", "x%20y", "%C3%BC", "~", "@", "a:b",
    "de", "new", "a/b", "a/b/c.d", "1/tail", "tail", "x/tail/tail", "1/items", "pair",
]  # fmt: skip
# A parameter, an optional part or an expression, in any spelling.
PARAMETER = re.compile(
    r"<[^>]*>|\{[^}]*\}\??|\(\?[^()]*(?:\([^()]*\)[^()]*)*\)\??|:\w+(?:\([^()]*\))?[?*+]?|\*\w*|\([^()]*\)\??"
)
PER_ROUTE = 60


def fill(generator, template):
    """A path that resembles the template."""
    path = template.split(" ")[-1]
    if path.startswith("^"):
        path = "/" + path.strip("^$").replace("\\", "")
    path = PARAMETER.sub(lambda _: generator.choice(["", *VALUES, *VALUES]), path)
    # Empty and dotted segments are left out: wayside compares paths in their normal form, frameworks differ.
    path = re.sub(r"/{2,}", "/", path.replace("?", "").replace("+", ""))
    path = path if path.startswith("/") else "/" + path
    return quote(path, safe="/%:@~!$&'()*,;=-._")


def miss(generator, path):
    """The path with one change, which may lead to another route or to none."""
    change = generator.randrange(7)
    if change == 0:
        return path.rstrip("/") if path.endswith("/") and path != "/" else path + "/"
    if change == 1:
        return path.rstrip("/") + "/" + generator.choice(VALUES)
    if change == 2:
        return path.rpartition("/")[0] or "/"
    if change == 3:
        return path + generator.choice([".json", "x", "-1", "%41", ":"])
    if change == 4:
        return re.sub(r"[a-z](?=[a-z]*$)", lambda found: found.group().upper(), path)
    if change == 5:
        return path[:-1] or "/"
    return path + "?q=/users/1"


def requests_of(routes):
    """A fixed sequence of paths for a set of routes, each once."""
    generator = random.Random(16)
    paths = {}
    for route in routes:
        for _ in range(PER_ROUTE):
            path = fill(generator, route)
            paths[path] = None
            paths[miss(generator, path)] = None
    return [path for path in paths if "//" not in path and "/./" not in path and "/../" not in path]


class FrameworkRoutes(support.TestCase):
    def setUp(self):
        super().setUp()
        self.config = self.folder / "routes.yaml"

    def listing_of(self, *command, env=None):
        """What the framework's command prints."""
        done = subprocess.run(
            [str(word) for word in command], cwd=FOLDER, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=support.TIMEOUT_S, env=support.environment(env), check=False,
        )  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def import_routes(self, framework, listing):
        """Adds the routes of the listing to the configuration; returns the remarks on single routes."""
        file = self.folder / "listing.txt"
        file.write_text(listing)
        words = ["routes", "import", "--from", framework]
        status, out, err = support.run_wayside(*words, "--into", self.config, file)
        self.assertEqual((status, out), (0, ""), err)
        first = self.config.read_bytes()
        again = support.run_wayside(*words, "--into", self.config, file)
        self.assertEqual(again[0], 0, again[2])
        self.assertEqual(self.config.read_bytes(), first, "the second import changes nothing")
        return [line for line in err.splitlines() if "not imported" in line]

    def start_application(self, *command, env=None):
        process = self.start(*command, cwd=FOLDER, env=env)
        found = process.wait_for_line(r"listening on (\d+)|[Rr]unning on http://127\.0\.0\.1:(\d+)")
        return int(found.group(1) or found.group(2))

    def compare(self, port, routes, settings="", served_as=lambda route: {route}, ignore=()):
        """Sends the requests and compares. `routes` are all that the application has; each must serve a request.

        `served_as(route)` are the labels that stand for what the application calls `route`.
        """
        config = self.config.read_text()
        wayside = self.start_wayside(
            "--access-log", "json", config=f"{settings}\n{config}", backend=f"http://127.0.0.1:{port}"
        )
        connection = http.client.HTTPConnection("127.0.0.1", wayside.proxy_port, timeout=support.TIMEOUT_S)
        self.addCleanup(connection.close)
        asked = []
        for path in requests_of(routes):
            connection.request("GET", path)
            response = connection.getresponse()
            response.read()
            route = response.headers.get("X-Route")
            asked.append((path, response.status, route and route.encode("latin-1").decode()))
        connection.close()
        logged = self.access_log_of(wayside, len(asked))

        served, wrong = set(), []
        for (path, status, route), line in zip(asked, logged):
            self.assertEqual(line["target"], path)
            # A redirection or a refused method is no statement about the route.
            if route is None and status != 404:
                continue
            served.add(route)
            wanted = {"unmatched"} if route is None else served_as(route)
            if line["route"] not in wanted and not any(re.search(each, path) for each in ignore):
                wrong.append(f"GET {path}: {status}, served by {route}, counted as {line['route']}")
        self.assertEqual(served & set(routes), set(routes), "each route served a request")
        self.assertIn(None, served, "some requests miss")
        self.assertEqual(wrong, [], f"\n{len(wrong)} of {len(asked)} requests:\n" + "\n".join(wrong[:40]) + "\n" + config)

    def access_log_of(self, wayside, count):
        def lines():
            found = re.findall(r'^\{"time.*\}$', wayside.output, re.MULTILINE)
            return found if len(found) >= count else None

        return [json.loads(line) for line in support.wait_until(lines, f"{count} lines are logged")]

    def node(self):
        try:
            modules = node_packages.node_modules(FOLDER)
        except node_packages.Unavailable as error:
            if os.environ.get("CI"):
                raise
            self.skipTest(f"the packages of {FOLDER} cannot be installed: {error}")
        return {"NODE_PATH": str(modules)}

    # --- Python ------------------------------------------------------------------------------------------------

    def test_flask(self):
        listing = self.listing_of(PYTHON, "-m", "flask", "--app", "flask_app", "routes")
        self.assertEqual(self.import_routes("flask", listing), [])
        port = self.start_application(PYTHON, "flask_app.py")
        routes = re.findall(r" (/\S*(?: \S+)*) *$", listing, re.MULTILINE)
        self.assertGreater(len(routes), 15)
        self.compare(port, [route for route in routes if "static" not in route], "trailing_slash: strict")

    def test_django(self):
        paths = self.listing_of(PYTHON, "django_app.py", "show_urls", env={"PYTHONPATH": str(FOLDER)})
        expressions = self.listing_of(PYTHON, "django_app.py", "patterns")
        self.assertEqual(self.import_routes("django", paths), [])
        self.assertEqual(self.import_routes("django", expressions), [])
        port = self.start_application(PYTHON, "django_app.py", "serve")
        routes = [line.split("\t")[0] for line in paths.splitlines()] + expressions.splitlines()
        # show_urls leaves the default converter out.
        names = {"/users/<name>/posts/<slug:slug>/": "/users/<str:name>/posts/<slug:slug>/"}
        self.compare(port, [names.get(route, route) for route in routes], "trailing_slash: strict",
                     served_as=lambda route: {route, *(key for key, value in names.items() if value == route)})

    def test_fastapi_document(self):
        document = self.listing_of(PYTHON, "fastapi_app.py", "openapi")
        self.assertEqual(self.import_routes("fastapi", document), [])
        port = self.start_application(PYTHON, "fastapi_app.py", "serve", "openapi")
        self.compare(port, json.loads(document)["paths"], "trailing_slash: strict")

    def test_fastapi_routes(self):
        listing = self.listing_of(PYTHON, "fastapi_app.py", "routes")
        self.assertEqual(self.import_routes("fastapi", listing), [])
        port = self.start_application(PYTHON, "fastapi_app.py", "serve")
        self.compare(port, set(re.findall(r"^\S+ (\S+)$", listing, re.MULTILINE)), "trailing_slash: strict")

    # --- Node --------------------------------------------------------------------------------------------------

    def check_express(self, version):
        env = self.node()
        script = FOLDER / "express_app.js"
        listing = self.listing_of(support.program("node"), script, version, "list", env=env)
        self.assertEqual(self.import_routes("express", listing), [])
        self.assertIn(f"dialect: express{version}", self.config.read_text())
        port = self.start_application(support.program("node"), script, version, "serve", env=env)
        self.compare(port, set(re.findall(r" (/\S*)$", listing, re.MULTILINE)), "ignore_case: true")

    def test_express_4(self):
        self.check_express("4")

    def test_express_5(self):
        self.check_express("5")

    def test_fastify(self):
        env = self.node()
        script = FOLDER / "fastify_app.js"
        self.assertEqual(
            self.import_routes("fastify", self.listing_of(support.program("node"), script, "list", env=env)), []
        )
        port = self.start_application(support.program("node"), script, "serve", env=env)
        routes = set(re.findall(r"'(/.*?)',?(?= |\n)", script.read_text().replace("\\\\", "\\")))
        # printRoutes() prints an optional parameter as two routes.
        self.compare(port, routes, "trailing_slash: strict",
                     served_as=lambda route: {route, route.rstrip("?"), re.sub(r"/:\w+\?$", "", route)})

    def test_koa(self):
        env = self.node()
        script = FOLDER / "koa_app.js"
        listing = self.listing_of(support.program("node"), script, "list", env=env)
        self.assertEqual(self.import_routes("koa", listing), [])
        port = self.start_application(support.program("node"), script, "serve", env=env)
        self.compare(port, set(re.findall(r" (/\S*)$", listing, re.MULTILINE)), "ignore_case: true")

    # --- Ruby --------------------------------------------------------------------------------------------------

    def test_sinatra(self):
        listing = self.listing_of("/usr/bin/ruby", "sinatra_app.rb", "list")
        self.assertEqual(self.import_routes("sinatra", listing), [])
        port = self.start_application("/usr/bin/ruby", "sinatra_app.rb", "serve")
        self.compare(port, set(re.findall(r"^GET (/.*)$", listing, re.MULTILINE)), "trailing_slash: strict")

    def test_rails(self):
        listing = self.listing_of("/usr/bin/ruby", "rails_app.rb", "list")
        self.assertEqual(self.import_routes("rails", listing), [])
        port = self.start_application("/usr/bin/ruby", "rails_app.rb", "serve")
        rows = re.findall(r"(GET|POST|PUT|PATCH|DELETE| ) +(/\S*)", listing)
        # A mounted application has everything below its path.
        self.compare(port, {path for verb, path in rows if verb in ("GET", " ")},
                     served_as=lambda route: {"/rack(/*path)"} if route == "/rack" else {route})

    # --- Go ----------------------------------------------------------------------------------------------------

    def test_go(self):
        """Debian 12 has Go 1.19, whose patterns are paths and subtrees, without methods and wildcards."""
        go = shutil.which("go")
        if go is None and not os.environ.get("CI"):
            self.skipTest("go is not installed: run ./dev deps check")
        self.assertIsNotNone(go, "go is not installed: run ./dev deps check")
        program = self.folder / "go_app"
        env = {"GOCACHE": str(Path.home() / ".cache" / "go-build"), "GO111MODULE": "off", "GOFLAGS": "-mod=mod"}
        self.listing_of(go, "build", "-o", program, "go_app.go", env=env)
        source = (FOLDER / "go_app.go").read_text()
        self.assertEqual(self.import_routes("go", source), [])
        port = self.start_application(program)
        routes = set(re.findall(r'Handle(?:Func)?\(["`](.*?)["`]', source))
        self.compare(port, routes, "trailing_slash: strict")


if __name__ == "__main__":
    unittest.main()
