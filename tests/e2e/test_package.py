"""The Debian package, as an administrator has it: installed, run by systemd, upgraded, removed, purged."""

import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import debian_root
import support
from container import Container
from debian_root import enter, output_of

BUILD = Path(support.wayside_binary()).parent
SERVICE = support.SOURCE / "config" / "systemd" / "wayside.service"

# Tags that say who made the package, which is up to whoever builds it for others (WAYSIDE_MAINTAINER).
ABOUT_THE_MAINTAINER = "bogus-mail-host,bogus-mail-host-in-debian-changelog,initial-upload-closes-no-bugs"


def build_package(folder):
    output_of("cpack", "-G", "DEB", "-B", folder, cwd=BUILD)
    (package,) = Path(folder).glob("wayside_*.deb")
    return package


class Package(debian_root.RootTestCase):
    @classmethod
    def setUpClass(cls):
        debian_root.require_programs("cpack", "dpkg-shlibdeps", "lintian", "nsenter", "systemd-nspawn", "curl")
        folder = tempfile.TemporaryDirectory(prefix="wayside-package-")
        cls.addClassCleanup(folder.cleanup)
        cls.package = build_package(folder.name)

    def test_lintian_has_nothing_to_say(self):
        said = output_of("lintian", "--allow-root", "--fail-on", "none", "--suppress-tags", ABOUT_THE_MAINTAINER, self.package)
        self.assertEqual(said, "")

    def test_its_symbols_stay_out(self):
        files = output_of("dpkg-deb", "--contents", self.package)
        self.assertNotIn(".debug", files)

    def test_its_life(self):
        """In one go, since each step begins where the step before ended."""
        root = self.make_root("systemd")
        (root / "root/wayside.deb").write_bytes(self.package.read_bytes())
        debian_root.install(root, "/root/wayside.deb")
        self.assertRegex(enter(root, "getent", "passwd", "wayside"), r":/nonexistent:/usr/sbin/nologin$")
        machine = Machine(self, root)

        machine.wait_until_ready()
        self.assertEqual(machine.must("stat", "--format=%U", f"/proc/{machine.main_pid()}"), "wayside")
        self.assertEqual(machine.curl("http://127.0.0.1:8080/nobody-listens").status, 502)
        machine.start_backend(self.folder, "hello")
        answer = machine.curl("http://127.0.0.1:8080/hello.txt")
        self.assertEqual((answer.status, answer.text), (200, "hello"))
        self.assertIn('http_requests_total{endpoint="/hello.txt",http_status="200",method="GET"} 1.0',
                      machine.curl("http://127.0.0.1:10180/metrics").text)
        self.assertNotIn("Operation not permitted", machine.log(), "no system call was refused")

        first = machine.main_pid()
        machine.must("systemctl", "reload", "wayside")
        support.wait_until(lambda: 'msg="reloaded"' in machine.log(), machine.log)
        self.assertEqual(machine.main_pid(), first)

        # What the administrator changed stays, and an upgrade restarts the service.
        (root / "etc/wayside/wayside.yaml").write_text("metrics: {listen: 127.0.0.1:10181}\n")
        machine.must("dpkg", "--install", "/root/wayside.deb")
        machine.wait_until_ready()
        self.assertNotEqual(machine.main_pid(), first)
        self.assertIn("10181", (root / "etc/wayside/wayside.yaml").read_text())

        machine.must("dpkg", "--remove", "wayside")
        self.assertEqual(machine.state("wayside"), "inactive")
        self.assertTrue((root / "etc/wayside/wayside.yaml").exists())
        machine.must("dpkg", "--purge", "wayside")
        self.assertEqual(machine.must("find", "/etc", "/usr", "/var/lib/systemd", "-name", "*wayside*").split(), [])

    def test_a_system_without_systemd(self):
        root = self.make_root()
        (root / "root/wayside.deb").write_bytes(self.package.read_bytes())
        debian_root.install(root, "/root/wayside.deb")
        self.assertRegex(enter(root, "getent", "passwd", "wayside"), r":/nonexistent:/usr/sbin/nologin$")
        as_user = ("setpriv", "--reuid=wayside", "--regid=wayside", "--clear-groups", "--no-new-privs", "--inh-caps=-all")
        shown = enter(root, *as_user, "wayside", "check", "--config", "/etc/wayside/wayside.yaml")
        self.assertIn("listen: 0.0.0.0:8080", shown)
        enter(root, "dpkg", "--purge", "wayside")


class Installation(support.TestCase):
    def test_under_another_prefix(self):
        prefix = self.folder / "opt"
        output_of("cmake", "--install", BUILD, "--prefix", prefix)
        unit = (prefix / "lib/systemd/system/wayside.service").read_text()
        (start,) = re.findall(r"^ExecStart=(.+)$", unit, re.MULTILINE)
        self.assertEqual(start, f"{prefix}/bin/wayside --config {prefix}/etc/wayside/wayside.yaml")
        self.assertIn("listen: 0.0.0.0:8080", output_of(*start.split(), "--check", env=support.environment()))
        for file in ("bin/.debug/wayside.debug", "share/man/man1/wayside.1.gz", "share/man/man5/wayside.yaml.5.gz",
                     "share/bash-completion/completions/wayside", "share/zsh/site-functions/_wayside",
                     "share/doc/wayside/examples/kubernetes/podmonitor.yaml", "lib/sysusers.d/wayside.conf"):  # fmt: skip
            self.assertTrue((prefix / file).is_file(), file)

    def test_a_configuration_that_is_there_stays(self):
        file = self.folder / "etc/wayside/wayside.yaml"
        file.parent.mkdir(parents=True)
        file.write_text("workers: 2\n")
        output_of("cmake", "--install", BUILD, "--prefix", self.folder)
        self.assertEqual(file.read_text(), "workers: 2\n")


class Machine(Container):
    """A root that systemd has booted."""

    def __init__(self, test, root):
        super().__init__(test, root, "--boot")
        self.wait_until(lambda: self.state("multi-user.target") == "active", "the machine is up")

    def must(self, *command):
        """The output of a command that has to succeed."""
        done = self.run(*command)
        self._test.assertEqual(done.returncode, 0, f"{command}: {done.stdout}{done.stderr}{self.log()}")
        return done.stdout.strip()

    def state(self, unit):
        return self.run("systemctl", "is-active", unit).stdout.strip()

    def log(self):
        return self.run("journalctl", "--no-pager", "--unit=wayside").stdout

    def main_pid(self):
        return self.must("systemctl", "show", "--property=MainPID", "--value", "wayside")

    def wait_until_ready(self):
        probe = ("wayside", "probe", "--config", "/etc/wayside/wayside.yaml")
        support.wait_until(lambda: self.run(*probe).returncode == 0, self.log)


class Unit(unittest.TestCase):
    def test_systemd_has_nothing_to_say(self):
        debian_root.require("" if Path("/usr/bin/systemd-analyze").exists() else "systemd is not installed: run ./dev deps check")
        with tempfile.TemporaryDirectory() as folder:
            unit = Path(folder) / "wayside.service"
            unit.write_text(SERVICE.read_text().replace("/usr/bin/wayside", str(Path(support.wayside_binary()).resolve())))
            done = subprocess.run(["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", unit],
                                  capture_output=True, text=True, check=False)  # fmt: skip
            self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_little_is_exposed(self):
        shown = output_of("systemd-analyze", "security", "--offline=true", "--no-pager", SERVICE)
        exposure = float(re.search(r"Overall exposure level for wayside.service: ([0-9.]+)", shown).group(1))
        self.assertLessEqual(exposure, 1.5)


if __name__ == "__main__":
    unittest.main()
