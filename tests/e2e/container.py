"""A root that systemd-nspawn runs: its own processes, and a network that is its loopback alone."""

import subprocess
from pathlib import Path

import support
from debian_root import output_of

PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


class Container:
    """Runs until the test ends. `words` are further options of systemd-nspawn, and the program."""

    def __init__(self, test, root, *words):
        self._test = test
        self._process = test.start(
            "systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network", "--link-journal=no",
            "--console=pipe", "--kill-signal=SIGKILL", f"--directory={root}", *words,
        )  # fmt: skip

    def wait_until(self, condition, what):
        """Waits for a condition that needs a program in the container."""
        support.wait_until(
            lambda: not self._process.is_running() or (self._children() and condition()),
            lambda: f"{what}; the container said: {self._process.output}",
        )
        self._test.assertTrue(self._process.is_running(), self._process.output)

    @property
    def output(self):
        return self._process.output

    def run(self, *command, options=(), env=None):
        """Runs a program of the container in it: the finished process."""
        return subprocess.run(
            [*self._inside("--all", "--wd=/", *options), *command],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
            env={"PATH": PATH, "LC_ALL": "C", **(env or {})},
        )  # fmt: skip

    def curl(self, url):
        """With this machine's program, on the container's loopback."""
        shown = output_of(*self._inside("--net"), "curl", "--silent", "--show-error", "--include", url)
        head, _, body = shown.partition("\n\n")
        return support.Response(int(head.split()[1]), None, body.encode())

    def start_backend(self, folder, text):
        """On the port that wayside forwards to by default, with `text` in the file /hello.txt."""
        (Path(folder) / "hello.txt").write_text(text)
        server = ("/usr/bin/python3", "-m", "http.server", "--bind", "127.0.0.1", "--directory", folder, "5000")
        self._test.start(*self._inside("--net"), *server)
        ready = ("wayside", "probe", "http://127.0.0.1:5000/hello.txt")
        self.wait_until(lambda: self.run(*ready).returncode == 0, "the backend listens")

    def _children(self):
        return Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()

    def _inside(self, *namespaces):
        # The last is the container's first process; a helper that is gone soon comes before it.
        return ("nsenter", f"--target={self._children()[-1]}", *namespaces)
