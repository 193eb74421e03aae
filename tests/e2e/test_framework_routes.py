"""Does wayside name the route that the framework served? Asked of real applications (framework_routes.py)."""

import json
import os
import re
import unittest

import node_packages
import support
from framework_routes import FOLDER, PYTHON, Difference, FrameworkTestCase


# Why a Difference stays.
SLASH = "without trailing_slash: strict, /deep and /deep/ are one path to wayside, and /deep/ is the route's"
MOUNT = "Rails gives an application what begins with its path and no word goes on; no template ends within a segment"


class FrameworkRoutes(FrameworkTestCase):
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

    def check_express(self, version, explained=()):
        env = self.node()
        script = FOLDER / "express_app.js"
        listing = self.listing_of(support.program("node"), script, version, "list", env=env)
        self.assertEqual(self.import_routes("express", listing), [])
        self.assertIn(f"dialect: express{version}", self.config.read_text())
        port = self.start_application(support.program("node"), script, version, "serve", env=env)
        self.compare(port, set(re.findall(r" (/\S*)$", listing, re.MULTILINE)), "ignore_case: true", explained=explained)

    def test_express_4(self):
        self.check_express("4", [Difference("/deep", "none", "/deep/*", SLASH)])

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
        self.compare(port, set(re.findall(r" (/\S*)$", listing, re.MULTILINE)), "ignore_case: true",
                     explained=[Difference("/deep", "none", "/deep/(.*)", SLASH)])

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
                     served_as=lambda route: {"/rack(/*path)"} if route == "/rack" else {route},
                     explained=[Difference(r"/rack([.:-]|%41).*", "/rack", "unmatched", MOUNT)])


if __name__ == "__main__":
    unittest.main()
