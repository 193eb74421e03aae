"""The man pages and completions that the build makes: free of mistakes, and complete."""

import re
import subprocess
import unittest
from pathlib import Path

import support

DOCUMENTS = Path(support.wayside_binary()).parent / "documents"
PAGES = {"wayside.1": DOCUMENTS / "wayside.1", "wayside.yaml.5": DOCUMENTS / "wayside.yaml.5"}


def run(*command, text=None):
    """The standard output and error of a program, as one text."""
    done = subprocess.run(
        [support.program(command[0]), *map(str, command[1:])],
        input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    return done.stdout


def rendered(page):
    """A page as a terminal shows it, without bold face, and without line breaks."""
    text = run("mandoc", "-Tascii", "-Owidth=1000", page)
    return re.sub(r".\x08", "", text)


def keys_of_the_page():
    page = (support.SOURCE / "docs/configuration.md").read_text()
    keys = set(re.findall(r"^\| `([a-z_.]+)` \| ", page, re.MULTILINE))
    return {key for key in keys if key == "listen" or "." in key}


class ManPages(unittest.TestCase):
    def test_mandoc_has_nothing_to_say(self):
        for page in PAGES.values():
            # "unknown" is what the reference to the other page is, which is not installed.
            said = run("mandoc", "-Tlint", "-Wstyle", page).splitlines()
            self.assertEqual([line for line in said if "referenced manual not found" not in line], [])

    def test_groff_has_nothing_to_say(self):
        for page in PAGES.values():
            self.assertEqual(run("groff", "-ww", "-man", "-Tutf8", "-z", page), "")

    def test_every_option_has_its_text(self):
        _, help_text, _ = support.run_wayside("--help")
        page = rendered(PAGES["wayside.1"])
        options = set(re.findall(r"^ +(--[a-z-]+)", help_text, re.MULTILINE))
        self.assertGreater(len(options), 10)
        for option in options:
            self.assertRegex(page, rf"(?m)^ +{option}[ \n]")
        for command in re.findall(r"^(?:Usage:)? +wayside ([a-z ]+?) +[\[A-Z-]", help_text, re.MULTILINE):
            self.assertRegex(page, rf"(?m)^ +{command} .+\n")
        for variable in re.findall(r"WAYSIDE_[A-Z_]+", help_text):
            self.assertIn(variable, page)

    def test_every_key_has_its_text_values_and_default(self):
        page = rendered(PAGES["wayside.yaml.5"])
        keys = keys_of_the_page()
        self.assertGreater(len(keys), 30)
        for key in keys:
            self.assertRegex(page, rf"(?m)^ +{re.escape(key)}[ \n]")
        self.assertIn("Value: a number from 1 to 1024, or auto.  Default: 1.\n", page)
        self.assertIn("Also --workers and WAYSIDE_WORKERS.", page)


class Completions(unittest.TestCase):
    """What the shells propose; `|` is the cursor behind a word that was begun."""

    def propose(self, *words):
        script = f'source "{DOCUMENTS}/wayside.bash"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _wayside; '
        return set(run("bash", "-c", script + 'printf "%s\\n" "${COMPREPLY[@]}"', "bash", "wayside", *words).split())

    def test_bash(self):
        self.assertEqual(self.propose("--nam"), {"--naming"})
        self.assertEqual(self.propose("--naming", ""), {"http", "flask", "otel"})
        self.assertEqual(self.propose("--naming", "=", "f"), {"flask"})
        self.assertEqual(self.propose("--naming", "="), {"http", "flask", "otel"})
        self.assertEqual(self.propose("pr"), {"probe"})
        self.assertEqual(self.propose("probe", "pr"), set())
        self.assertEqual(self.propose("routes", "im"), {"import"})
        self.assertIn("django", self.propose("routes", "import", "--from", ""))
        self.assertEqual(self.propose("--backend", ""), set())
        config = self.propose("--config", str(support.SOURCE / "config" / "wayside."))
        self.assertEqual(config, {str(support.SOURCE / "config" / "wayside.yaml")})

    def test_bash_knows_every_option(self):
        _, help_text, _ = support.run_wayside("--help")
        self.assertEqual(self.propose("--"), set(re.findall(r"^ +(--[a-z-]+)", help_text, re.MULTILINE)))

    def test_zsh(self):
        """_arguments, which zsh has, is replaced by a function that prints what it was given."""
        script = '_arguments() { print -rl -- "$@" }; words=(wayside "$@"); source "$0"'
        shown = lambda *words: run("zsh", "-f", "-c", script, DOCUMENTS / "_wayside", *words).splitlines()
        _, help_text, _ = support.run_wayside("--help")
        options = set(re.findall(r"^ +(--[a-z-]+)", help_text, re.MULTILINE))
        specs = [line for line in shown("") if line.startswith("--")]
        self.assertEqual({re.match(r"--[a-z-]+", line).group() for line in specs}, options)
        for line in specs:
            self.assertRegex(line, r"^--[a-z-]+(=\[([^]\[\\]|\\.)+\]:([^:]|\\:)+:.+|\[([^]\[\\]|\\.)+\])$")
        self.assertTrue(any(line.startswith("--naming=[") and line.endswith(":(http flask otel)") for line in specs))
        self.assertTrue(any(line.startswith("--from=[") for line in shown("routes", "")))


if __name__ == "__main__":
    unittest.main()
