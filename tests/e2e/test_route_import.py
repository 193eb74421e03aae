"""`wayside routes import`: files, standard input, and what is said about mistakes."""

import os
import re
import subprocess
import unittest

import support

LISTINGS = support.SOURCE / "tests" / "data" / "listings"


class RouteImport(support.TestCase):
    def setUp(self):
        super().setUp()
        self.config = self.folder / "wayside.yaml"

    def run_import(self, *words):
        return support.run_wayside("routes", "import", *words)

    def test_prints_a_configuration_that_checks_out(self):
        for name in sorted(LISTINGS.iterdir()):
            framework = name.name.split(".")[0].split("-")[0]
            if framework == "express5":
                continue  # its mounts are not in the listing
            with self.subTest(name.name):
                status, out, err = self.run_import("--from", framework, name)
                self.assertEqual(status, 0, err)
                self.config.write_text(out)
                checked = support.run_wayside("check", "--config", self.config)
                self.assertEqual(checked[0], 0, checked[2])
                self.assertEqual(self.run_import("--from", framework, name), (0, out, err))

    def test_reads_standard_input(self):
        with (LISTINGS / "flask.txt").open() as listing:
            done = subprocess.run(
                [support.wayside_binary(), "routes", "import", "--from", "flask", "-"],
                stdin=listing, capture_output=True, text=True, timeout=support.TIMEOUT_S, check=False,
            )  # fmt: skip
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("- path: '/users/<int:user_id>'\n        methods: [GET]\n", done.stdout)

    def test_adds_to_a_file_what_it_lacks(self):
        before = "# ours\nroutes:\n  - path: /users/{id}   # first\n    name: user\n\nworkers: 1\n"
        self.config.write_text(before)
        os.chmod(self.config, 0o640)
        listing = self.folder / "patterns"
        listing.write_text("/users/{user}\nGET /orders/{order}\n")
        status, out, err = self.run_import("--from", "go", "--into", self.config, listing)
        self.assertEqual((status, out), (0, ""), err)
        self.assertEqual(err, f"{self.config}: 1 routes added, 1 of the listing are there already\n")
        added = "  - dialect: go\n    routes:\n      - path: '/orders/{order}'\n        methods: [GET]\n"
        self.assertEqual(self.config.read_text(), before.replace("\n\nworkers", f"\n{added}\nworkers"))
        self.assertEqual(self.config.stat().st_mode & 0o777, 0o640)
        again = self.run_import("--from", "go", "--into", self.config, listing)
        self.assertEqual(again, (0, "", f"{self.config}: 0 routes added, 2 of the listing are there already\n"))
        self.assertEqual(self.config.read_text(), before.replace("\n\nworkers", f"\n{added}\nworkers"))
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["patterns", "wayside.yaml"])

    def test_makes_a_file_where_there_is_none(self):
        status, _, err = self.run_import("--from", "flask", "--into", self.config, LISTINGS / "flask.txt")
        self.assertEqual(status, 0, err)
        self.assertEqual(self.config.read_text(), self.run_import("--from", "flask", LISTINGS / "flask.txt")[1])

    def test_leaves_a_file_as_it_is_after_a_mistake(self):
        for before, line in (("routes: [/a]\n", 1), ("routes:\n  - /a/{b\n", 2), ("no_key: 1\n", 1)):
            with self.subTest(before):
                self.config.write_text(before)
                status, out, err = self.run_import("--from", "flask", "--into", self.config, LISTINGS / "flask.txt")
                self.assertEqual((status, out), (1, ""))
                self.assertRegex(err, rf"{re.escape(str(self.config))}:{line}:(\d+:)? ")
                self.assertEqual(self.config.read_text(), before)

    def test_names_the_place_of_a_mistake(self):
        file = self.folder / "patterns"
        file.write_text("/a\n get /b\n")
        for words, message in (
            (("--from", "go", file), f"{file}:2:2: expected a pattern of net/http"),
            (("--from", "flask", file), f"{file}:1:1: expected the header of flask routes"),
            (("--from", "cobol", file), "--from: expected one of chi, django, express, "),
            (("--from", "go", self.folder / "missing"), f"{self.folder / 'missing'}: expected a readable file"),
            (("--from", "go", self.folder), f"{self.folder}: expected a readable file, found: a directory"),
        ):
            with self.subTest(words):
                status, out, err = self.run_import(*words)
                self.assertEqual((status, out), (1, ""))
                self.assertTrue(err.startswith(message), err)


if __name__ == "__main__":
    unittest.main()
