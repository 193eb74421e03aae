"""`./dev release`, of a small program in place of wayside: all but src and include is as it is here.

The same commit is released from two folders, by two users as far as their umask and time zone go, and has the same bytes.
What wayside's own sources could add is the folder in which they are compiled: test_hardening.py looks for it in the program.
"""

import hashlib
import io
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import unittest
from pathlib import Path

import debian_root
import support
from debian_root import output_of

COMMITTED = 981173106  # 2001-02-03 04:05:06 UTC
AUTHOR = {
    name: value
    for who in ("AUTHOR", "COMMITTER")
    for name, value in ((f"GIT_{who}_NAME", "a"), (f"GIT_{who}_EMAIL", "a@b"), (f"GIT_{who}_DATE", f"{COMMITTED} +0000"))
}

MAIN = """#include "wayside/app/version.hpp"
#include <cstdio>
int main() {
  std::fputs(wayside::app::version_text().c_str(), stdout);
  std::puts(__FILE__);
}
"""

DOCUMENTS = """#include <filesystem>
#include <fstream>
int main(int, char** argv) {
  for (const char* name : {"wayside.1", "wayside.yaml.5", "wayside.bash", "_wayside"})
    std::ofstream(std::filesystem::path(argv[1]) / name) << argv[2] << ' ' << argv[3] << '\\n';
}
"""


def git(folder, *words, **options):
    return output_of("git", "-C", folder, *words, env={**os.environ, **AUTHOR}, **options).strip()


def make_checkout(folder):
    """A repository with one commit."""
    for name in ("CHANGELOG.md", "CMakeLists.txt", "CMakePresets.json", "README.md", "SECURITY.md", ".gitattributes",
                 ".gitignore", "dev", "config", "docker", "docs", "packaging", "include/wayside/app/version.hpp",
                 "src/app/version.cpp"):  # fmt: skip
        source, target = support.SOURCE / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    modules = re.findall(r"^wayside_module\((\w+)", (folder / "CMakeLists.txt").read_text(), re.MULTILINE)
    files = {f"src/{module}/{module}.cpp": f"int {module}();\nint {module}() {{ return 1; }}\n" for module in modules}
    files |= {
        "src/main.cpp": MAIN,
        "src/manual/main.cpp": DOCUMENTS,
        "src/admin/page_files.cmake": 'file(WRITE ${OUTPUT} "const char* page();\\nconst char* page() { return __FILE__; }\\n")\n',
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message=A small program")
    return folder


def release(checkout, umask=0o022, **environment):
    command = [checkout / "dev", "release"]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=600,
                          umask=umask, env={**support.environment(), **environment})  # fmt: skip


class Release(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        missing = [name for name in ("git", "dpkg-shlibdeps") if shutil.which(name) is None]
        debian_root.require(f"{', '.join(missing)}: not installed, run ./dev deps check" if missing else "")
        folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="wayside-release-")))
        cls.checkout = make_checkout(folder / "one")
        cls.clone = folder / "another folder" / "of the clone"
        git(folder, "clone", "--quiet", cls.checkout, cls.clone)
        cls.done = release(cls.checkout, umask=0o027, TZ="Asia/Tokyo")
        cls.done_again = release(cls.clone, umask=0o077, TZ="America/Lima")
        for done in (cls.done, cls.done_again):
            if done.returncode != 0:
                raise AssertionError(done.stdout + done.stderr)
        cls.name = f"wayside-{support.version()}"
        (cls.folder,) = (cls.checkout / "build").glob("release-*")

    def members(self, ending):
        (archive,) = self.folder.glob(f"*{ending}")
        return tarfile.open(archive)

    def package_members(self):
        (package,) = self.folder.glob("*.deb")
        words = ["dpkg-deb", "--fsys-tarfile", package]
        return tarfile.open(fileobj=io.BytesIO(subprocess.run(words, check=True, capture_output=True).stdout))

    def test_it_prints_the_checksums_of_three_files(self):
        self.assertEqual(self.done.stdout, (self.folder / "SHA256SUMS").read_text())
        sums = dict(reversed(line.split()) for line in self.done.stdout.splitlines())
        self.assertEqual(sums.keys() | {"SHA256SUMS"}, {path.name for path in self.folder.iterdir()})
        self.assertEqual(
            {re.sub(r"_[a-z0-9]+\.deb$", "_ARCHITECTURE.deb", name) for name in sums},
            {f"{self.name}.tar.gz", f"{self.name}-image.tar.gz", f"wayside_{support.version()}-1_ARCHITECTURE.deb"},
        )
        for name, digest in sums.items():
            self.assertEqual(hashlib.sha256((self.folder / name).read_bytes()).hexdigest(), digest, name)

    def test_two_releases_of_a_commit_have_the_same_bytes(self):
        self.assertEqual(self.done.stdout, self.done_again.stdout)

    def test_nothing_tells_when_and_by_whom_it_was_made(self):
        for archive in (self.members("[0-9].tar.gz"), self.members("-image.tar.gz"), self.package_members()):
            for member in archive:
                with self.subTest(f"{archive.name} {member.name}"):
                    self.assertEqual((member.mtime, member.uid, member.gid), (COMMITTED, 0, 0))
                    self.assertIn(member.mode, (0o644, 0o755))

    def test_the_source_tarball_knows_its_revision(self):
        """The package is made from it, so the program has it from there."""
        commit = git(self.checkout, "rev-parse", "HEAD")
        text = self.members("[0-9].tar.gz").extractfile(f"{self.name}/packaging/revision").read().decode()
        self.assertEqual(text, commit + "\n")
        program = self.checkout / "build" / "wayside"
        program.write_bytes(self.package_members().extractfile("./usr/bin/wayside").read())
        program.chmod(0o755)
        said = output_of(program).splitlines()
        self.assertEqual(said[0], f"wayside {support.version()} ({commit[:10]})")
        self.assertEqual(said[-1], "./src/main.cpp")

    def test_the_documents_have_the_date_of_the_commit(self):
        page = self.package_members().extractfile("./usr/share/man/man1/wayside.1.gz").read()
        self.assertEqual(subprocess.run(["gzip", "-dc"], input=page, check=True, capture_output=True).stdout.decode(),
                         f"{support.version()} 2001-02-03\n")  # fmt: skip

    def test_the_context_of_the_image_has_all_that_is_copied_and_the_package(self):
        names = {member.name.partition("/")[0] for member in self.members("-image.tar.gz")}
        allowed = (support.SOURCE / "docker/Dockerfile.dockerignore").read_text()
        copied = {line[1:] for line in allowed.splitlines() if line.startswith("!") and "*" not in line}
        (package,) = self.folder.glob("*.deb")
        self.assertEqual(names, copied | {"docker", package.name})

    def test_what_is_in_no_commit_is_not_released(self):
        file = self.clone / "src" / "not-committed.cpp"
        file.touch()
        self.addCleanup(file.unlink)
        done = release(self.clone)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("src/not-committed.cpp", done.stderr)
        self.assertIn("git stash", done.stderr)

    def test_what_is_no_checkout_is_not_released(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(support.SOURCE / "dev", folder)
            done = release(Path(folder))
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("clone the repository", done.stderr)


if __name__ == "__main__":
    unittest.main()
