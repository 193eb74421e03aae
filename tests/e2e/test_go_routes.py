"""Does wayside name the pattern that Go's net/http served? Apart from the other frameworks: Go takes 460 MB."""

import os
import re
import shutil
import unittest
from pathlib import Path

from framework_routes import FOLDER, FrameworkTestCase


class GoRoutes(FrameworkTestCase):
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
