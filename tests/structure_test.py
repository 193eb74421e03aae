#!/usr/bin/env python3
"""Holds the source tree to the table of modules in CONTRIBUTING.md.

Reads include lines, not code: a module that includes another against the table, a private header used from
outside, headers that include each other in a circle, a header without `#pragma once` or without a comment that
opens it, a unit test that no header answers to, and a header with a source file and without a test, are each a
problem with a file and a line. The first half of
the tests below shows that each kind is found; the last one asks it of this tree.
"""

import re
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')

# Headers whose source file is tested through another header, and the test that does.
TESTED_ELSEWHERE = {
    "include/wayside/app/daemon.hpp": "tests/integration/drain_test.cpp",
    "include/wayside/app/probe.hpp": "tests/e2e/test_probe.py",
    "include/wayside/app/process.hpp": "tests/e2e/test_cli.py",
    "include/wayside/app/route_import.hpp": "tests/e2e/test_route_import.py",
    "include/wayside/app/version.hpp": "tests/e2e/test_cli.py",
    "include/wayside/base/log_line.hpp": "tests/unit/base/log_test.cpp",
    "include/wayside/config/settings.hpp": "tests/unit/config/load_test.cpp",
    "include/wayside/routes/route_spec.hpp": "tests/unit/routes/route_table_test.cpp",
    "src/admin/live_json.hpp": "tests/unit/admin/api_test.cpp",
    "src/admin/summary.hpp": "tests/unit/admin/pages_test.cpp",
    "src/app/reloader.hpp": "tests/e2e/test_reload.py",
    "src/app/route_binder.hpp": "tests/exhaustion/reload_test.cpp",
    "src/app/telemetry.hpp": "tests/integration/metrics_test.cpp",
    "src/app/unused_memory.hpp": "tests/e2e/test_memory.py",
    "src/config/consistency.hpp": "tests/unit/config/load_test.cpp",
    "src/manual/completions.hpp": "tests/e2e/test_manual.py",
    "src/manual/man_pages.hpp": "tests/e2e/test_manual.py",
    "src/manual/roff.hpp": "tests/e2e/test_manual.py",
    "src/config/yaml_node.hpp": "tests/unit/config/yaml_settings_test.cpp",
    "src/config/yaml_routes.hpp": "tests/unit/config/yaml_settings_test.cpp",
    "src/inspector/report.hpp": "tests/unit/inspector/inspector_test.cpp",
    "src/metrics/family_writer.hpp": "tests/unit/metrics/exposition_test.cpp",
    "src/metrics/growth.hpp": "tests/unit/metrics/history_test.cpp",
    "src/metrics/histogram.hpp": "tests/unit/metrics/shard_test.cpp",
    "src/metrics/known_labels.hpp": "tests/unit/metrics/shard_test.cpp",
    "src/metrics/layout.hpp": "tests/unit/metrics/registry_test.cpp",
    "src/metrics/naming_text.hpp": "tests/unit/metrics/naming_test.cpp",
    "src/metrics/page_writer.hpp": "tests/unit/metrics/text_writer_test.cpp",
    "src/metrics/process_counts.hpp": "tests/unit/metrics/history_test.cpp",
    "src/metrics/series_order.hpp": "tests/unit/metrics/exposition_test.cpp",
    "src/metrics/series_registry.hpp": "tests/unit/metrics/series_budget_test.cpp",
    "src/metrics/tick_ring.hpp": "tests/unit/metrics/history_test.cpp",
    "src/config/documents.hpp": "tests/unit/config/load_openapi_test.cpp",
    "src/config/yaml_openapi.hpp": "tests/unit/config/yaml_settings_test.cpp",
    "src/openapi/servers.hpp": "tests/unit/openapi/document_test.cpp",
    "src/routes/constraint/expression.hpp": "tests/unit/routes/constraint/automaton_test.cpp",
    "src/routes/constraint/path_automaton.hpp": "tests/unit/routes/reachability_test.cpp",
    "src/routes/constraint/regex.hpp": "tests/unit/routes/template_test.cpp",
    "src/routes/constraint/subset_construction.hpp": "tests/unit/routes/constraint/automaton_test.cpp",
    "src/routes/converter.hpp": "tests/unit/routes/template_test.cpp",
    "src/routes/tokenizer.hpp": "tests/unit/routes/template_test.cpp",
}


class Allowed:
    """What one module may include: whole modules, single headers ("config/settings.hpp"), or everything."""

    def __init__(self, cell):
        words = set(re.findall(r"[\w./]+", cell.replace("`", "")))
        self.everything = "everything" in words
        self.headers = {word for word in words if "/" in word}
        self.modules = words - self.headers - {"everything", "nothing"}

    def permits(self, module, header):
        return self.everything or module in self.modules or header in self.headers

    def arrows(self, all_modules):
        if self.everything:
            return set(all_modules)
        return self.modules | {header.split("/")[0] for header in self.headers}


def read_table(text):
    """The rows of the Markdown table whose first columns are `module` and `may include`, as {module: Allowed}."""
    table = {}
    inside = False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.lstrip().startswith("|"):
            inside = False
        elif [cell.lower() for cell in cells[:2]] == ["module", "may include"]:
            inside = True
        elif inside and not set(cells[0]) <= set("-: "):
            table[cells[0].strip("`")] = Allowed(cells[1])
    return table


def find_cycle(graph):
    """A list of nodes that leads back to its first one, or None. `graph` maps a node to the nodes it points to."""
    done = set()

    def walk(node, path):
        if node in path:
            return path[path.index(node):] + [node]
        if node in done:
            return None
        for following in sorted(graph.get(node, ())):
            cycle = walk(following, path + [node])
            if cycle:
                return cycle
        done.add(node)
        return None

    for start in sorted(graph):
        cycle = walk(start, [])
        if cycle:
            return cycle
    return None


class Tree:
    """The C++ files of a checkout, and which of them include which."""

    def __init__(self, root):
        self.root = root
        self.public = root / "include" / "wayside"
        self.private = root / "src"
        self.files = sorted(
            path
            for folder in (self.public, self.private)
            for path in folder.glob("**/*")
            if path.suffix in (".hpp", ".cpp")
        )

    def name(self, path):
        return str(path.relative_to(self.root))

    def module_of(self, path):
        """The first folder below include/wayside or src. src/main.cpp belongs to app, which it starts."""
        base = self.public if path.is_relative_to(self.public) else self.private
        folders = path.relative_to(base).parts[:-1]
        return folders[0] if folders else "app"

    def includes(self, path):
        """Pairs of line number and the file of this tree that the line includes."""
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            found = INCLUDE.match(line)
            if not found:
                continue
            spelled = found.group(1)
            for base in (self.root / "include", self.private, path.parent):
                target = (base / spelled).resolve()
                if target.is_file() and target.is_relative_to(self.root):
                    yield number, target
                    break


def problems_of(root, tested_elsewhere):
    """Every breach of the rules in the checkout at `root`, as lines for a person."""
    root = root.resolve()
    tree = Tree(root)
    table = read_table((root / "CONTRIBUTING.md").read_text())
    if not table:
        return ["CONTRIBUTING.md: no table with the columns 'module | may include'"]
    return [*table_problems(table), *include_problems(tree, table), *header_problems(tree), *test_problems(tree),
            *untested_problems(tree, tested_elsewhere)]


def table_problems(table):
    arrows = {module: allowed.arrows(table) - {module} for module, allowed in table.items()}
    for module in sorted(set().union(*arrows.values()) - set(table)):
        yield f"CONTRIBUTING.md: the table speaks of a module {module} that has no row"
    cycle = find_cycle(arrows)
    if cycle:
        yield f"CONTRIBUTING.md: the table allows a cycle: {' -> '.join(cycle)}"


def include_problems(tree, table):
    graph = {}
    for path in tree.files:
        module = tree.module_of(path)
        if module not in table:
            yield f"{tree.name(path)}: its module {module} is not in the table of CONTRIBUTING.md"
            continue
        for number, target in tree.includes(path):
            graph.setdefault(tree.name(path), set()).add(tree.name(target))
            other = tree.module_of(target)
            if other == module:
                continue
            where = f"{tree.name(path)}:{number}"
            if not target.is_relative_to(tree.public):
                yield f"{where}: {tree.name(target)} is private to {other}"
            elif not table[module].permits(other, str(target.relative_to(tree.public))):
                yield f"{where}: {module} may not include {target.relative_to(tree.public)}"
    cycle = find_cycle(graph)
    if cycle:
        yield f"headers include each other: {' -> '.join(cycle)}"


def header_problems(tree):
    for path in tree.files:
        if path.suffix != ".hpp":
            continue
        lines = path.read_text().splitlines()
        if not lines or not lines[0].startswith("//"):
            yield f"{tree.name(path)}:1: a header opens with a comment that says what it is"
        if "#pragma once" not in lines:
            yield f"{tree.name(path)}: no #pragma once"


def test_problems(tree):
    folder = tree.root / "tests" / "unit"
    for path in sorted(folder.glob("*/**/*_test.cpp")):
        module, words = path.parent.relative_to(folder), path.name.removesuffix("_test.cpp").split("_")
        # "route_table_property" is a test of route_table, under an aspect of its own.
        names = ["_".join(words[:count]) + ".hpp" for count in range(len(words), 0, -1)]
        if not any((base / module / name).is_file() for base in (tree.public, tree.private) for name in names):
            yield f"{tree.name(path)}: no {module}/{names[0]} that it could be the test of"


def untested_problems(tree, tested_elsewhere):
    """Headers whose source file no unit test of their name tests, unless `tested_elsewhere` names a test that does."""
    tests = tree.root / "tests" / "unit"
    headers = [path for path in tree.files if path.suffix == ".hpp"]
    for name in sorted(set(tested_elsewhere) - {tree.name(path) for path in headers}):
        yield f"tests/structure_test.py: TESTED_ELSEWHERE names {name}, which does not exist"
    for path in headers:
        base = tree.public if path.is_relative_to(tree.public) else tree.private
        place = path.relative_to(base).with_suffix("")
        has_source = (tree.private / place).with_suffix(".cpp").is_file()
        folder = tests / place.parent
        has_test = any(folder.glob(f"{place.name}_test.cpp")) or any(folder.glob(f"{place.name}_*_test.cpp"))
        other = tested_elsewhere.get(tree.name(path))
        if has_test and other:
            yield f"tests/structure_test.py: TESTED_ELSEWHERE names {tree.name(path)}, which has a test of its name"
        elif has_source and not has_test and not other:
            yield f"{tree.name(path)}: no tests/unit/{place}_test.cpp"
        elif other and not (tree.root / other).is_file():
            yield f"tests/structure_test.py: {other}, the test of {tree.name(path)}, does not exist"


class Rules(unittest.TestCase):
    """Each rule finds its breach in a small tree made for it, and nothing in one that keeps it."""

    TABLE = """
        | module | may include | what it is |
        | --- | --- | --- |
        | `base` | nothing | values |
        | config | base | text to settings |
        | proxy | base, config/settings.hpp | the relay |
        | app | everything | wiring |
    """

    def problems(self, files, table=TABLE, tested_elsewhere=None):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for name, text in {"CONTRIBUTING.md": table, **files}.items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return problems_of(root, tested_elsewhere or {})

    @staticmethod
    def header(*includes):
        return "\n".join(["// A header.", "#pragma once", *(f'#include "{name}"' for name in includes)])

    def test_accepts_a_tree_that_keeps_the_rules(self):
        files = {
            "include/wayside/base/log.hpp": self.header(),
            "include/wayside/config/settings.hpp": self.header("wayside/base/log.hpp"),
            "src/proxy/relay.hpp": self.header("wayside/config/settings.hpp"),
            "src/proxy/relay.cpp": '#include "proxy/relay.hpp"\n#include <vector>\n',
            "src/main.cpp": '#include "wayside/config/settings.hpp"\n',
            "tests/unit/proxy/relay_test.cpp": "",
            "tests/unit/base/log_test.cpp": "",
            "tests/unit/base/log_of_many_threads_test.cpp": "",
            "src/proxy/leg/plan.hpp": self.header(),
            "tests/unit/proxy/leg/plan_test.cpp": "",
        }
        self.assertEqual(self.problems(files), [])

    def test_finds_an_include_against_the_table(self):
        files = {
            "include/wayside/config/settings.hpp": self.header(),
            "src/base/log.cpp": '// why\n#include "wayside/config/settings.hpp"\n',
        }
        self.assertEqual(self.problems(files), ["src/base/log.cpp:2: base may not include config/settings.hpp"])

    def test_finds_a_header_beside_the_single_one_that_is_allowed(self):
        files = {
            "include/wayside/config/load.hpp": self.header(),
            "src/proxy/relay.cpp": '#include "wayside/config/load.hpp"\n',
        }
        self.assertEqual(self.problems(files), ["src/proxy/relay.cpp:1: proxy may not include config/load.hpp"])

    def test_finds_the_use_of_a_private_header_of_another_module(self):
        files = {
            "src/proxy/relay.hpp": self.header(),
            "src/app/app.cpp": '#include "proxy/relay.hpp"\n',
            "src/config/load.cpp": '#include "../proxy/relay.hpp"\n',
        }
        self.assertEqual(
            self.problems(files),
            [
                "src/app/app.cpp:1: src/proxy/relay.hpp is private to proxy",
                "src/config/load.cpp:1: src/proxy/relay.hpp is private to proxy",
            ],
        )

    def test_finds_a_module_without_a_row(self):
        problems = self.problems({"src/extra/x.cpp": ""})
        self.assertEqual(problems, ["src/extra/x.cpp: its module extra is not in the table of CONTRIBUTING.md"])

    def test_finds_headers_that_include_each_other(self):
        files = {"src/base/a.hpp": self.header("base/b.hpp"), "src/base/b.hpp": self.header("base/a.hpp")}
        self.assertEqual(
            self.problems(files),
            ["headers include each other: src/base/a.hpp -> src/base/b.hpp -> src/base/a.hpp"],
        )

    def test_finds_a_table_with_a_cycle(self):
        table = "| module | may include |\n|---|---|\n| a | b |\n| b | a |\n"
        self.assertEqual(self.problems({}, table), ["CONTRIBUTING.md: the table allows a cycle: a -> b -> a"])

    def test_finds_a_table_that_names_an_unknown_module(self):
        table = "| module | may include |\n|---|---|\n| a | b |\n"
        self.assertEqual(
            self.problems({}, table), ["CONTRIBUTING.md: the table speaks of a module b that has no row"]
        )

    def test_finds_that_there_is_no_table(self):
        self.assertEqual(
            self.problems({}, "words"), ["CONTRIBUTING.md: no table with the columns 'module | may include'"]
        )

    def test_finds_a_header_without_guard_or_comment(self):
        self.assertEqual(
            self.problems({"src/base/a.hpp": "// A.\n", "src/base/b.hpp": "#pragma once\n// B.\n"}),
            [
                "src/base/a.hpp: no #pragma once",
                "src/base/b.hpp:1: a header opens with a comment that says what it is",
            ],
        )

    def test_finds_a_unit_test_without_a_header(self):
        self.assertEqual(
            self.problems({"tests/unit/base/gone_test.cpp": ""}),
            ["tests/unit/base/gone_test.cpp: no base/gone.hpp that it could be the test of"],
        )


    def test_finds_a_header_without_a_test(self):
        files = {
            "src/base/a.hpp": self.header(),
            "src/base/a.cpp": "",
            "src/base/values.hpp": self.header(),
            "include/wayside/base/b.hpp": self.header(),
            "src/base/b.cpp": "",
            "tests/unit/base/b_of_bytes_test.cpp": "",
        }
        self.assertEqual(self.problems(files), ["src/base/a.hpp: no tests/unit/base/a_test.cpp"])
        elsewhere = {"src/base/a.hpp": "tests/unit/base/b_of_bytes_test.cpp"}
        self.assertEqual(self.problems(files, tested_elsewhere=elsewhere), [])

    def test_finds_exceptions_that_are_none(self):
        files = {"src/base/a.hpp": self.header(), "src/base/a.cpp": "", "tests/unit/base/a_test.cpp": ""}
        elsewhere = {"src/base/a.hpp": "tests/unit/base/a_test.cpp", "src/base/gone.hpp": "x"}
        self.assertEqual(
            self.problems(files, tested_elsewhere=elsewhere),
            [
                "tests/structure_test.py: TESTED_ELSEWHERE names src/base/gone.hpp, which does not exist",
                "tests/structure_test.py: TESTED_ELSEWHERE names src/base/a.hpp, which has a test of its name",
            ],
        )


class ThisTree(unittest.TestCase):
    def test_keeps_the_rules(self):
        problems = problems_of(ROOT, TESTED_ELSEWHERE)
        self.assertEqual(problems, [], "\n" + "\n".join(problems))


if __name__ == "__main__":
    unittest.main()
