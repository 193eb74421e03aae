"""Asks a real application whether wayside names the route that it served.

The application (frameworks/) prints its routes by the framework's own command or API. `wayside routes import` reads
that listing, and wayside stands in front of the application with it. Requests are made of the routes: every
parameter with many values, and near misses. The application says in X-Route which route served a request, and
wayside's access log which route it counted.
"""

import http.client
import json
import random
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import support

FOLDER = Path(__file__).with_name("frameworks")
PYTHON = "/usr/bin/python3"  # Debian's, for which the frameworks are packaged

# Values for a parameter: each is what some constraint takes and others refuse.
VALUES = [
    "42", "007", "-7", "1.5", "2024", "12", "ab", "abc", "me", "edit", "x.json", "report.pdf", "a-b", "a.b.c", "some_slug",
    "some-slug", "UPPER", "AB12", "123e4567-e89b-12d3-a456-426614174000", "12h30m", "x%20y", "%C3%BC", "~", "@", "a:b",
    "de", "new", "a/b", "a/b/c.d", "1/tail", "tail", "x/tail/tail", "1/items", "pair",
]  # fmt: skip
# A parameter, an optional part or an expression, in any spelling. A colon behind another one or a brace is text.
PARAMETER = re.compile(
    r"<[^>]*>|\{[^}]*\}\??|\(\?[^()]*(?:\([^()]*\)[^()]*)*\)\??|(?<![:}]):\w+(?:\([^()]*\))?[?*+]?|\*\w*|\([^()]*\)\??"
)
# A value that a constraint takes, by words of the constraint.
FITTING = [
    (r"\{4\}|year", "2024"), (r"\{2\}(?!\\d)|month", "12"), (r"uuid", "123e4567-e89b-12d3-a456-426614174000"),
    (r"any\(", "de"), (r"length", "ab"), (r"float", "1.5"), (r"code", "AB12"), (r"int|\\d|pk|_id", "42"),
]  # fmt: skip
SEED = 16
PER_ROUTE = 40


def value_for(generator, parameter):
    """A value in place of a parameter: often one that fits, often any."""
    fitting = next((value for words, value in FITTING if re.search(words, parameter)), None)
    value = fitting if fitting and generator.random() < 0.5 else generator.choice(["", *VALUES, *VALUES])
    # An optional part has its slash or dot inside.
    before = parameter[1] if parameter[:2] in ("{/", "{.", "(/", "(.") else ""
    after = "/" if parameter.endswith("/)?") else ""
    return before + value + after if value else ""


def fill(generator, template):
    """A path that resembles the template."""
    path = PARAMETER.sub(lambda found: value_for(generator, found.group()), template)
    if template.startswith("^"):
        path = "/" + path.strip("^$").replace("\\", "")
    path = path.replace("?", "").replace("+", "").replace("::", ":")
    # Empty segments are left out: wayside compares paths in their normal form, frameworks differ.
    path = re.sub(r"/{2,}", "/", path if path.startswith("/") else "/" + path)
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
    generator = random.Random(SEED)
    paths = {}
    for route in sorted(routes):
        for _ in range(PER_ROUTE):
            path = fill(generator, route)
            paths[path] = None
            paths[miss(generator, path)] = None
    return [path for path in paths if "//" not in path and "/./" not in path and "/../" not in path]


@dataclass(frozen=True)
class Difference:
    """A kind of mismatch that stays, because wayside's rules cannot express what the framework does."""

    path: str  # a regular expression of the whole request target
    served: str  # what the application calls its route; "none" where no route served the request
    counted: str
    reason: str

    def describes(self, mismatch):
        return (self.served, self.counted) == (mismatch.served, mismatch.counted) and bool(
            re.fullmatch(self.path, mismatch.path)
        )


@dataclass(frozen=True)
class Mismatch:
    path: str
    served: str
    counted: str

    def __str__(self):
        return f"GET {self.path}: served by {self.served}, counted as {self.counted}"


class FrameworkTestCase(support.TestCase):
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

    def compare(self, port, routes, settings="", served_as=lambda route: {route}, explained=()):
        """Sends the requests and compares. `routes` are all that the application has; each must serve a request.

        `served_as(route)` are the labels that stand for what the application calls `route`. `explained` are the
        Differences that are known and stay: a mismatch that none of them describes is a failure, and so is one that
        describes no mismatch.
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
            if line["route"] not in wanted:
                wrong.append(Mismatch(path, route or "none", line["route"]))
        self.assertEqual(served & set(routes), set(routes), "each route served a request")
        self.assertIn(None, served, "some requests miss")
        unexplained = [str(each) for each in wrong if not any(known.describes(each) for known in explained)]
        idle = [str(known) for known in explained if not any(map(known.describes, wrong))]
        self.assertEqual(unexplained, [], f"of {len(asked)} requests, with\n{config}")
        self.assertEqual(idle, [], "differences that no request shows any more")

    def access_log_of(self, wayside, count):
        def lines():
            found = re.findall(r'^\{"time.*\}$', wayside.output, re.MULTILINE)
            return found if len(found) >= count else None

        return [json.loads(line) for line in support.wait_until(lines, f"{count} lines are logged")]
