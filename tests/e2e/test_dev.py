"""./dev itself: what it says, its statuses, and `./dev doctor`. The tools that it calls are played by a script."""

import os
import pty
import re
import subprocess
import unittest
from pathlib import Path

import support

TOOLS = ("cmake", "cpack", "ctest", "clang-format", "shellcheck", "run-clang-tidy")

# Says how it was called, and fails where the variable FAIL, a pattern of the shell, matches that.
TOOL = """#!/bin/sh
call="${0##*/} $*"
echo "$call (CLICOLOR=$CLICOLOR CLICOLOR_FORCE=$CLICOLOR_FORCE)"
case $call in
  $FAIL) ;;
  *) exit 0 ;;
esac
case $call in
  "ctest --preset "*)
    mkdir -p "build/$2/Testing/Temporary"
    printf '7:Tunnel.CarriesBytes\\n12:e2e_tls\\n' >"build/$2/Testing/Temporary/LastTestsFailed.log"
    exit 8 ;;
esac
seq 300
exit 3
"""


class Dev(support.TestCase):
    """A copy that needs no packages, in a folder with stand-ins for what it calls."""

    def setUp(self):
        super().setUp()
        text = (support.SOURCE / "dev").read_text()
        self.write("dev", re.sub(r'^(readonly \w+_deps=)"[^"]*"', r'\1""', text, flags=re.MULTILINE))
        for tool in TOOLS:
            self.write(f"bin/{tool}", TOOL)
        self.write("build/fuzz/tests/fuzz/fuzz_chunks", TOOL)
        for script in ("clang_syntax.py", "soak/soak.py", "e2e/node_packages.py", "fuzz/corpus/chunks/seed"):
            self.write(f"tests/{script}", "")
        for folder in ("include", "src", "build/clang", "build/release"):
            (self.folder / folder).mkdir(parents=True)

    def write(self, name, text):
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(0o755)

    def environment(self, **additions):
        path = f"{self.folder}/bin:{os.environ['PATH']}"
        return {**support.environment(), "PATH": path, "TERM": "xterm", "NO_COLOR": "", "FAIL": "", **additions}

    def dev(self, *words, **additions):
        """Its status and its output, both streams as they come."""
        done = subprocess.run([self.folder / "dev", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=60, check=False,
                              env=self.environment(**additions))  # fmt: skip
        return done.returncode, done.stdout

    def dev_on_a_terminal(self, *words, **additions):
        terminal, end = pty.openpty()
        with open(terminal, "rb", buffering=0) as output:
            process = subprocess.Popen([self.folder / "dev", *words], stdin=subprocess.DEVNULL, stdout=end, stderr=end,
                                       env=self.environment(**additions))  # fmt: skip
            os.close(end)
            text = b""
            try:
                while piece := output.read(65536):
                    text += piece
            except OSError:  # EIO: nobody has the other end any longer
                pass
            process.wait(support.TIMEOUT_S)
        return text.decode()

    def assert_in_order(self, patterns, text):
        place = 0
        for pattern in patterns:
            found = re.compile(pattern, re.MULTILINE).search(text, place)
            self.assertTrue(found, f"no {pattern} in:\n{text[place:]}")
            place = found.end()

    def test_a_phase_says_when_it_begins_and_how_it_ended(self):
        status, output = self.dev("test")
        self.assertEqual(status, 0, output)
        phases = ("configure debug", "compile debug", "configure release", "compile release", "tests in debug", "tests in release")
        begins_and_ends = [rf"^== {phase}\n(.*\n)+?== {phase}: passed after \d+ s$" for phase in phases]
        summary = [rf"^passed +\d+ s  {phase}$" for phase in phases]
        self.assert_in_order([*begins_and_ends, "^== summary$", *summary, r"^6 passed, 0 failed, \d+ s in total\n\Z"], output)

    def test_each_command_with_phases_ends_with_a_summary(self):
        self.write("build/package/wayside_1-1_amd64.deb", "")
        for command in ("build", "package", "soak", "check"):
            with self.subTest(command):
                self.assertRegex(self.dev(command)[1], r"\n== summary\n(passed .*\n)+\d+ passed, 0 failed, \d+ s in total\n\Z")

    def test_what_failed_stands_last(self):
        status, output = self.dev("test", FAIL="ctest --preset debug*")
        self.assertEqual(status, 1)
        self.assertIn("== tests in release: passed", output)
        self.assert_in_order(["^failed +.* tests in debug$", "^passed +.* tests in release$", "^5 passed, 1 failed, .*\n",
                              r"^failed test: Tunnel.CarriesBytes \(debug\)\nfailed test: e2e_tls \(debug\)\n\Z"], output)  # fmt: skip

    def test_nothing_is_tested_that_does_not_compile(self):
        status, output = self.dev("test", FAIL="cmake --build build/debug*")
        self.assertEqual(status, 3)
        self.assertNotIn("ctest", output)
        self.assertRegex(output, r"failed +\d+ s  compile debug\n1 passed, 1 failed, \d+ s in total\n\Z")

    def test_packages_that_cannot_be_downloaded_are_in_the_summary(self):
        self.write("tests/e2e/node_packages.py", "import sys\nsys.exit(1)\n")
        status, output = self.dev("test")
        self.assertEqual(status, 1)
        self.assertRegex(output, r"\nfailed +\d+ s  download npm packages\n0 passed, 1 failed, \d+ s in total\n\Z")

    def test_a_check_that_fails_shows_its_end_and_the_others_go_on(self):
        status, output = self.dev("check", FAIL="shellcheck*")
        self.assertEqual(status, 1)
        shown = "\n".join(map(str, range(201, 301)))
        self.assert_in_order(
            ["^== shellcheck$", rf"^{shown}\n== shellcheck: failed after", "^== fuzz chunks: passed",
             r"^failed +\d+ s  shellcheck \(build/check/shellcheck.log\)$", r"^\d+ passed, 1 failed, "], output
        )  # fmt: skip
        self.assertNotIn("\n200\n", output)
        self.assertIn("\n1\n2\n", (self.folder / "build/check/shellcheck.log").read_text())

    def test_a_check_names_the_tests_that_failed(self):
        status, output = self.dev("check", FAIL="ctest --preset tsan*")
        self.assertEqual(status, 1)
        self.assertRegex(output, r"\nfailed test: Tunnel.CarriesBytes \(tsan\)\nfailed test: e2e_tls \(tsan\)\n\Z")

    def test_colours_are_for_terminals(self):
        self.assertNotIn("\x1b", self.dev("build", CLICOLOR_FORCE="1")[1])
        self.assertIn("(CLICOLOR=0 CLICOLOR_FORCE=)", self.dev("build", CLICOLOR_FORCE="1")[1])
        self.assertIn("\x1b[32mpassed\x1b[0m", self.dev_on_a_terminal("build"))
        self.assertIn("\x1b[31mfailed\x1b[0m", self.dev_on_a_terminal("build", FAIL="cmake*"))
        self.assertNotIn("\x1b", self.dev_on_a_terminal("build", NO_COLOR="1"))
        self.assertNotIn("\x1b", self.dev_on_a_terminal("build", TERM="dumb"))

    def test_a_mistake_is_named(self):
        for words, message in (
            (["biuld"], "there is no command biuld: ./dev help lists them"),
            (["build", "fast"], "build: expected release or debug, found fast"),
            (["build", "debug", "release"], "build: one argument too many: release"),
            (["check", "--fix"], "check: one argument too many: --fix"),
            (["deps", "everything"], "deps: expected build, package, test, check, fuzz, bench or format, found everything"),
            (["doctor", "build"], "doctor: one argument too many: build"),
            (["format", "src"], "format: expected --check or nothing, found src"),
            (["fuzz"], "fuzz: expected one of chunks, found nothing"),
            (["package", "rpm"], "package: one argument too many: rpm"),
            (["release", "0.3.0"], "release: one argument too many: 0.3.0"),
            (["soak", "long"], "soak: expected a number of minutes, found long"),
        ):
            with self.subTest(words):
                self.assertEqual(self.dev(*words), (2, f"./dev: {message}\n"))


class Doctor(support.TestCase):
    """Asked on this machine, with and without a program."""

    def doctor(self, path):
        environment = {**support.environment(), "PATH": str(path)}
        return subprocess.run([support.SOURCE / "dev", "doctor"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=support.TIMEOUT_S, env=environment, check=False)  # fmt: skip

    def path_without(self, name):
        folder = self.folder / "bin"
        folder.mkdir()
        for place in os.environ["PATH"].split(":"):
            for file in Path(place).glob("*"):
                link = folder / file.name
                if file.name != name and not link.is_symlink():
                    link.symlink_to(file)
        return folder

    def test_its_status_says_whether_something_is_missing(self):
        done = self.doctor(os.environ["PATH"])
        self.assertEqual((done.returncode, done.stderr), (1 if re.search("^missing", done.stdout, re.MULTILINE) else 0, ""))
        for subject in ("build", "test", "package", "check", "fuzz", "bench", "format", "compiler", "CMake", "Boost", "npm", "disk",
                        "memory", "files", "IPv6", "root"):  # fmt: skip
            self.assertRegex(done.stdout, rf"(?m)^(ok|missing|note) +{subject} +\S")

    def test_it_says_how_to_install_what_is_missing(self):
        done = self.doctor(self.path_without("wrk"))
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertRegex(done.stdout, r"(?m)^missing +test +to install with ./dev deps test:\n +wrk \(package wrk\)$")

    def test_what_only_other_commands_need_is_a_note(self):
        done = self.doctor(self.path_without("strace"))
        self.assertRegex(done.stdout, r"(?m)^note +bench +to install with ./dev deps bench:\n( +\S.*\n)* +strace \(package strace\)$")
        self.assertEqual(done.returncode, 1 if re.search("^missing", done.stdout, re.MULTILINE) else 0)


if __name__ == "__main__":
    unittest.main()
