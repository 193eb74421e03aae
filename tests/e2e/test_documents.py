"""What README.md and docs/ show is true: each block of code is run or checked, and each link leads somewhere.

The word behind ``` says what a block is; CHECKS has what is done with it. A command of a block `sh` is run between a
wayside and a backend of the test, unless ELSEWHERE names the test that runs it.
"""

import re
import subprocess
import unittest
from dataclasses import dataclass
from pathlib import Path

import support
from authority import Authority
from backend import Backend

PAGES = [support.SOURCE / name for name in ("README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md")]
PAGES += sorted((support.SOURCE / "docs").glob("*.md"))

# Commands that need a whole machine, a container or an hour, and who runs them.
ELSEWHERE = {
    r"apt install \./build/package/wayside_\*\.deb": "test_package.py",
    r"systemctl (status|reload|restart) wayside": "test_package.py",
    r"wayside check --config /etc/wayside/wayside.yaml": "test_package.py",
    r"docker (build|run|compose) ": "test_image.py, with buildah",
    r"kubectl apply -f config/kubernetes/deployment.yaml": "test_kubernetes.py",
    r"cp build/bench/wayside |perf record |valgrind --tool=callgrind ": "who measures; see docs/benchmarks.md",
}

# Continuous integration runs ./dev; here its tasks need to exist.
DEV_HELP = subprocess.run([support.SOURCE / "dev", "help"], stdout=subprocess.PIPE, text=True, check=True).stdout

FLASK_ROUTES = """Endpoint  Methods  Rule
--------  -------  -----------------------
user      GET      /users/<int:id>
static    GET      /static/<path:filename>
"""


@dataclass(frozen=True)
class Block:
    """A block of code between ``` and ```."""

    page: Path
    line: int
    kind: str
    text: str

    def __str__(self):
        return f"{self.page.relative_to(support.SOURCE)}:{self.line}"


def blocks_of(page):
    kind, begin, lines = None, 0, []
    for number, line in enumerate(page.read_text().splitlines(), 1):
        if line.lstrip().startswith("```"):
            if kind is None:
                kind, begin, lines = line.strip().removeprefix("```"), number, []
            else:
                yield Block(page, begin, kind, "\n".join(lines) + "\n")
                kind = None
        elif kind is not None:
            lines.append(line)


def anchors_of(page):
    """The anchors that GitHub makes of headings."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", page.read_text(), flags=re.M | re.S), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def commands_of(text):
    """The commands of a block: a line each, without comments, lines that end in a backslash joined."""
    joined = re.sub(r"\\\n *", "", text)
    return [line for line in (re.sub(r"\s+# .*", "", line).strip() for line in joined.splitlines()) if line and line[0] != "#"]


class Documents(support.TestCase):
    def setUp(self):
        super().setUp()
        authority = Authority(self.folder)
        certificate, key = authority.make("server")
        for name in ("tls.crt", "server.crt", "prometheus.crt", "ca.crt", "prometheus-ca.crt", "internal-ca.pem"):
            source = authority.file if "ca" in name else certificate
            (self.folder / name).write_bytes(source.read_bytes())
        for name in ("tls.key", "server.key", "prometheus.key"):
            (self.folder / name).write_bytes(key.read_bytes())
        (self.folder / "wayside-password").write_text("secret")
        for name in ("api.yaml", "admin.json"):
            (self.folder / name).write_text('{"openapi": "3.0.0", "paths": {"/a/{b}": {"get": {}}}}\n')
        for name in ("rules.yml", "alerts.yml"):
            (self.folder / name).write_bytes((support.SOURCE / "config/prometheus" / name).read_bytes())
        self.wayside = None

    def run_here(self, *command, **options):
        return subprocess.run(
            [str(word) for word in command], cwd=self.folder, env=support.environment(), stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=support.TIMEOUT_S, check=False, **options,
        )  # fmt: skip

    def expect_success(self, block, *command):
        done = self.run_here(*command)
        self.assertEqual(done.returncode, 0, f"{block}: {command}:\n{block.text}{done.stdout}")

    def check_configuration(self, block):
        # What a page shows first may be a web configuration's name; the block behind it is the file.
        for web in blocks_of(block.page):
            if web.kind == "yaml web-config":
                (self.folder / "web-config.yaml").write_text(web.text)
        (self.folder / "wayside.yaml").write_text(block.text)
        self.expect_success(block, support.wayside_binary(), "--config", "wayside.yaml", "--check")

    def check_web_configuration(self, block):
        (self.folder / "web-config.yaml").write_text(block.text)
        (self.folder / "wayside.yaml").write_text("metrics: {web_config: web-config.yaml}\n")
        self.expect_success(block, support.wayside_binary(), "--config", "wayside.yaml", "--check")

    def check_scrape(self, block):
        (self.folder / "prometheus.yml").write_text(block.text)
        self.expect_success(block, support.program("promtool"), "check", "config", "prometheus.yml")

    def check_query(self, block):
        rule = "".join(f"        {line}\n" for line in block.text.splitlines())
        text = f"groups:\n  - name: page\n    rules:\n      - record: page\n        expr: |\n  {rule.replace(chr(10), chr(10) + '  ')}"
        (self.folder / "query.yml").write_text(text.rstrip() + "\n")
        self.expect_success(block, support.program("promtool"), "check", "rules", "query.yml")

    def check_nginx(self, block):
        text = f"error_log stderr;\npid {self.folder}/nginx.pid;\nevents {{}}\nhttp {{\n{block.text}}}\n"
        (self.folder / "nginx.conf").write_text(text)
        nginx = support.program("nginx")
        self.expect_success(block, nginx, "-t", "-e", "stderr", "-p", self.folder, "-c", self.folder / "nginx.conf")

    def check_haproxy(self, block):
        timeouts = "".join(f"    timeout {side} 1s\n" for side in ("connect", "client", "server"))
        (self.folder / "haproxy.cfg").write_text(f"defaults\n    mode http\n{timeouts}\nlisten page\n    bind :1\n\n{block.text}")
        self.expect_success(block, support.program("haproxy"), "-c", "-f", "haproxy.cfg")

    def check_commands(self, block):
        for command in commands_of(block.text):
            if task := re.match(r"\./dev (\w+)", command):
                self.assertRegex(DEV_HELP, rf"(?m)^  {task[1]}\b", block)
                continue
            if any(re.match(pattern, command) for pattern in ELSEWHERE):
                continue
            with self.subTest(block=str(block), command=command):
                self.expect_success(block, "/bin/sh", "-ec", self.as_it_runs_here(command))

    def as_it_runs_here(self, command):
        """The command with this test's program, ports and files in place of the reader's."""
        if self.wayside is None:
            backend = Backend()
            self.addCleanup(backend.stop)
            self.wayside = self.start_wayside("--backend", backend.url, config="routes: ['/users/{id}', /healthz]\n")
        (self.folder / "flask-routes").write_text(FLASK_ROUTES)
        command = re.sub(r":8080\b", f":{self.wayside.proxy_port}", command)
        command = re.sub(r":10180\b", f":{self.wayside.metrics_port}", command)
        command = re.sub(r"^flask routes\b", "cat flask-routes", command)
        command = re.sub(r"^promtool test rules ", f"promtool test rules {support.SOURCE}/", command)
        # A daemon would not end: its settings are checked in its place.
        if re.match(r"(\S*/)?wayside --", command) and not re.search(r"--(check|explain|version|help)\b", command):
            command += " --check"
        return re.sub(r"(^|\| )(build/release/)?wayside\b", rf"\1{support.wayside_binary()}", command)

    CHECKS = {
        "yaml": check_configuration,
        "yaml web-config": check_web_configuration,
        "yaml prometheus": check_scrape,
        "promql": check_query,
        "nginx": check_nginx,
        "haproxy": check_haproxy,
        "sh": check_commands,
    }
    # Output, drawings, and text that another test holds against the program (docs/api.md: test_live_api.py).
    SHOWN = {"text", "json", "mermaid"}

    def test_every_block_is_true(self):
        checked = 0
        for page in PAGES:
            for block in blocks_of(page):
                with self.subTest(block=str(block)):
                    self.assertIn(block.kind, self.CHECKS.keys() | self.SHOWN)
                    if block.kind in self.CHECKS:
                        self.CHECKS[block.kind](self, block)
                        checked += 1
        self.assertGreater(checked, 40)

    def test_a_mistake_in_a_block_is_found(self):
        for kind, text in {
            "yaml": "rouutes: []\n",
            "yaml web-config": "basic_auth_users: {a: b}\n",
            "yaml prometheus": "scrape_config: []\n",
            "promql": "sum by (endpoint) (rate(http_requests_total)\n",
            "nginx": "upstraem a {}\n",
            "haproxy": "backend a\n    servre b 127.0.0.1:1\n",
            "sh": "wayside --config wayside.yaml --chekc\n",
        }.items():
            block = Block(PAGES[0], 1, kind, text)
            with self.subTest(kind), self.assertRaises(AssertionError):
                if kind == "sh":
                    self.expect_success(block, "/bin/sh", "-ec", self.as_it_runs_here(text.strip()))
                else:
                    self.CHECKS[kind](self, block)

    def test_code_is_in_blocks_with_a_kind(self):
        for page in PAGES:
            text = re.sub(r"^ *```.*?^ *```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
            self.assertEqual(re.findall(r"\n\n(    \S.*)", text), [], page)

    def test_every_link_leads_somewhere(self):
        for page in PAGES:
            for target in re.findall(r"\]\(([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"", page.read_text()):
                target = "".join(target)
                if re.match(r"https?:", target):
                    continue
                name, _, anchor = target.partition("#")
                file = (page.parent / name).resolve() if name else page
                with self.subTest(page=page.name, target=target):
                    self.assertTrue(file.exists())
                    if anchor:
                        self.assertIn(anchor, anchors_of(file))

    def test_files_that_are_named_exist(self):
        for page in PAGES:
            for name in re.findall(r"`((?:src|include|tests|config|docker|docs|packaging)/[\w./-]*\w)`", page.read_text()):
                with self.subTest(page=page.name, name=name):
                    self.assertTrue((support.SOURCE / name).exists())

    @staticmethod
    def shape_of(sample):
        """The family and the labels of a sample in their order, without their values."""
        return re.sub(r'"[^"]*"', "", sample).rpartition(" ")[0]

    def test_the_samples_have_the_families_and_labels_that_wayside_has(self):
        wayside = self.start_wayside("--backend", "http://127.0.0.1:1", config="routes: ['/users/{id}']\n")
        support.fetch(wayside.proxy_port, "/users/1")
        shapes = {self.shape_of(line) for line in wayside.metrics().splitlines()}
        for page in (support.SOURCE / "README.md", support.SOURCE / "docs/metrics.md"):
            lines = [line for block in blocks_of(page) if block.kind == "text" for line in block.text.splitlines()]
            samples = [line for line in lines if re.match(r"http_\w+\{", line)]
            self.assertGreater(len(samples), 2)
            for line in samples:
                with self.subTest(line=line):
                    self.assertIn(self.shape_of(line), shapes)


if __name__ == "__main__":
    unittest.main()
