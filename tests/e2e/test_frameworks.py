"""wayside and each framework match random paths to the same templates of the framework's table."""

import random
import re
import unittest

import support
from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

# The segments of the random paths: words of the tables, and values that some constraint accepts or refuses.
WORDS = [
    "users", "files", "orders", "me", "edit", "items", "about", "de", "en", "fr", "a", "b", "1", "42", "007", "-7", "1.5",
    "x.json", "report.pdf", "2024-01", "123e4567-e89b-12d3-a456-426614174000", "some-slug", "UPPER",
]
PATHS = 400


def explained(config, path):
    """The template that wayside matches, or None."""
    status, out, err = support.run_wayside("--config", config, "--explain", f"GET {path}")
    if err:
        raise AssertionError(err)
    found = re.search(r"^route +(.*) \(on line \d+\)$", out, re.MULTILINE)
    if status != (0 if found else 1):
        raise AssertionError(f"exit status {status}: {out}")
    return found.group(1) if found else None


class Frameworks(support.TestCase):
    def random_paths(self):
        generator = random.Random(4)
        for _ in range(PATHS):
            yield "/" + "/".join(generator.choices(WORDS, k=generator.randrange(5)))

    def check(self, templates, name_of):
        """`name_of(path)` is the template that the framework matches, or None."""
        config = self.folder / "wayside.yaml"
        lines = "".join(f"  - '{template}'\n" for template in templates)
        config.write_text("routes:\n" + lines)
        matched = 0
        for path in self.random_paths():
            wanted = name_of(path)
            matched += wanted is not None
            self.assertEqual(explained(config, path), wanted, path)
        self.assertGreater(matched, PATHS // 10, "the paths are not all strangers")

    def test_flask(self):
        app = Flask(__name__, static_url_path="/static")
        rules = [
            "/", "/users", "/users/<int:user_id>", "/users/<name>", "/users/me", "/users/<int:user_id>/edit",
            "/files/<path:name>", "/orders/<uuid:order>", "/orders/<float:amount>", "/<any(de,en):lang>/about",
            "/items/<string(length=2):code>", "/items/<slug>", "/<page>/items", "/x/<int(signed=True):n>",
        ]
        for rule in rules:
            app.add_url_rule(rule, endpoint=rule, view_func=lambda **_: "")
        templates = sorted({rule.rule for rule in app.url_map.iter_rules()})
        adapter = app.url_map.bind("localhost")

        def name_of(path):
            try:
                rule, _ = adapter.match(path, method="GET", return_rule=True)
                return rule.rule
            except (HTTPException, RequestRedirect):
                return None

        self.check(templates, name_of)

    def test_express(self):
        """Express takes the first template that matches, so the specific ones come first. Each template has the regular
        expression that path-to-regexp makes of it."""
        table = [
            ("/users/me", r"/users/me"),
            (r"/users/:id(\d+)", r"/users/\d+"),
            ("/users/:id", r"/users/[^/]+"),
            (r"/users/:id(\d+)/edit", r"/users/\d+/edit"),
            ("/users", r"/users"),
            ("/files/:name.json", r"/files/[^/]+?\.json"),
            ("/files/*rest", r"/files/.+"),
            ("/orders/:from-:to", r"/orders/[^/]+?-[^/]+?"),
            ("/:lang(de|en)/about", r"/(?:de|en)/about"),
            ("/items/:id?", r"/items(?:/[^/]+)?"),
            ("/:page", r"/[^/]+"),
        ]

        def name_of(path):
            return next((template for template, regex in table if re.fullmatch(regex, path)), None)

        self.check([template for template, _ in table], name_of)


if __name__ == "__main__":
    unittest.main()
