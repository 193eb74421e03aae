"""Does wayside name the pattern that net/http, chi or Gin served? Apart from the other frameworks: Go takes 460 MB."""

import os
import re
import shutil
import unittest
from pathlib import Path

from framework_routes import FOLDER, FrameworkTestCase

LIBRARIES = Path("/usr/share/gocode")  # Debian's


class GoRoutes(FrameworkTestCase):
    def build(self, source, library=None):
        """The program of a source file that imports `library`, which Debian packages."""
        go = shutil.which("go")
        is_missing = go is None or (library is not None and not (LIBRARIES / "src" / library).exists())
        if is_missing and not os.environ.get("CI"):
            self.skipTest(f"{library or 'go'} is not installed: run ./dev deps check")
        self.assertFalse(is_missing, f"{library or 'go'} is not installed: run ./dev deps check")
        program = self.folder / Path(source).stem
        env = {
            "GOCACHE": str(Path.home() / ".cache" / "go-build"), "GO111MODULE": "off", "GOFLAGS": "-mod=mod",
            "GOPATH": str(LIBRARIES),
        }  # fmt: skip
        self.listing_of(go, "build", "-o", program, source, env=env)
        return program

    def test_go(self):
        """Debian 12 has Go 1.19, whose patterns are paths and subtrees, without methods and wildcards."""
        program = self.build("go_app.go")
        source = (FOLDER / "go_app.go").read_text()
        self.assertEqual(self.import_routes("go", source), [])
        port = self.start_application(program)
        routes = set(re.findall(r'Handle(?:Func)?\(["`](.*?)["`]', source))
        self.compare(port, routes, "trailing_slash: strict")

    def test_chi(self):
        program = self.build("chi_app.go", "github.com/go-chi/chi")
        listing = self.listing_of(program, "list")
        self.assertEqual(self.import_routes("chi", listing), [])
        port = self.start_application(program, "serve")
        self.compare(port, set(re.findall(r"^GET (/.*)$", listing, re.MULTILINE)), "trailing_slash: strict")

    def test_gin(self):
        program = self.build("gin_app.go", "github.com/gin-gonic/gin")
        listing = self.listing_of(program, "list")
        self.assertEqual(self.import_routes("gin", listing), [])
        port = self.start_application(program, "serve")
        routes = set(re.findall(r"^\[GIN-debug\] GET +(/\S*)", listing, re.MULTILINE))
        self.compare(port, routes, "trailing_slash: strict")


if __name__ == "__main__":
    unittest.main()
