"""The image of docker/Dockerfile, built by buildah on a Debian that debootstrap made, and run with a root that is read-only."""

import json
import shutil
import tempfile
import unittest
from pathlib import Path

import debian_root
import support
from container import Container
from debian_root import output_of
from test_package import build_package

BASE = "debian:12-slim"


class Buildah:
    """Images in a folder of their own."""

    def __init__(self, folder):
        self._options = ("--root", folder / "storage", "--runroot", folder / "run", "--storage-driver", "overlay")

    def __call__(self, *words, **options):
        return output_of("buildah", *self._options, *words, **options).strip()

    def import_base(self):
        container = self("from", "scratch")
        self("add", container, debian_root.archive(), "/")
        self("commit", "--rm", container, BASE)

    def build(self, context, *words):
        """In the network of this machine, and without any privilege that a container's own would need."""
        return self("build", "--isolation=chroot", "--network=host", "--pull-never", "--format=docker",
                    "--file", context / "docker/Dockerfile", *words, context)  # fmt: skip


def copy_context(folder):
    """What docker/Dockerfile.dockerignore lets into the context."""
    shutil.copytree(support.SOURCE / "docker", folder / "docker")  # makes the folder, too
    for line in (folder / "docker/Dockerfile.dockerignore").read_text().splitlines():
        if line.startswith("!") and "*" not in line:
            source = support.SOURCE / line[1:]
            (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / source.name)
    return folder


class Image(support.TestCase):
    @classmethod
    def setUpClass(cls):
        debian_root.require_programs("buildah", "systemd-nspawn", "nsenter", "cpack", "dpkg-shlibdeps", "curl")
        folder = cls.enterClassContext(debian_root.private_folder())
        cls.buildah = Buildah(folder)
        cls.addClassCleanup(lambda: cls.buildah("umount", "--all"))
        cls.context = copy_context(folder / "context")
        cls.buildah.import_base()

    def test_the_sources_are_all_there(self):
        """All but the compiling, which is as on this machine: the dependencies, and each file that the build reads."""
        self.buildah.build(self.context, "--target=sources", "--tag=sources")
        container = self.buildah("from", "--pull-never", "sources")
        script = (
            "cmake --preset release --log-level=WARNING -DWAYSIDE_TESTS=OFF >&2 && "
            "ninja -C build/release -t inputs wayside documents | grep ^/src/ | grep -v ^/src/build/ | xargs ls"
        )
        read = self.buildah("run", "--isolation=chroot", container, "sh", "-c", script).split()
        for file in ("CHANGELOG.md", "src/main.cpp", "src/config/setting_table.cpp"):
            self.assertIn(f"/src/{file}", read)

    def test_it_serves(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(build_package(folder), self.context)
        self.addCleanup(lambda: [package.unlink() for package in self.context.glob("*.deb")])
        self.buildah.build(self.context, "--tag=wayside")
        image = json.loads(self.buildah("inspect", "--type=image", "wayside"))["Docker"]["config"]
        self.assertEqual(image["User"], "65534:65534")
        self.assertEqual(image["Entrypoint"], ["/usr/bin/wayside"])
        self.assertEqual(image["Healthcheck"]["Test"], ["CMD", "/usr/bin/wayside", "probe"])
        self.assertEqual(image["Labels"]["org.opencontainers.image.title"], "wayside")
        environment = dict(entry.split("=", 1) for entry in image["Env"])

        root = self.buildah("mount", self.buildah("from", "--pull-never", "wayside"))
        user, _, group = image["User"].partition(":")
        container = Container(
            self, root, "--read-only", "--as-pid2",
            *(f"--setenv={name}={value}" for name, value in environment.items()),
            "setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all",
            "--no-new-privs", *image["Entrypoint"],
        )  # fmt: skip
        identity = (f"--setuid={user}", f"--setgid={group}")
        probe = lambda: container.run(*image["Healthcheck"]["Test"][1:], options=identity, env=environment)
        container.wait_until(lambda: probe().returncode == 0, "the health check succeeds")
        self.assertNotEqual(container.run("touch", "/etc/written").returncode, 0)
        container.start_backend(self.folder, "hello")
        answer = container.curl("http://127.0.0.1:8080/hello.txt")
        self.assertEqual((answer.status, answer.text), (200, "hello"))


if __name__ == "__main__":
    unittest.main()
