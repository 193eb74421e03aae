"""A small Debian to install things in: a folder with the release of this machine, made by debootstrap.

The packages come from the sources that this machine's apt has. What debootstrap makes is kept for a week, as an
archive in the user's cache, since it takes a minute.
"""

import contextlib
import fcntl
import os
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import support

KEPT_FOR_S = 7 * 24 * 3600


def require(reason_to_skip):
    """Skips the test for the reason, if there is one. On the machine of continuous integration that is a failure."""
    if reason_to_skip and os.environ.get("CI"):
        raise AssertionError(reason_to_skip)
    if reason_to_skip:
        raise unittest.SkipTest(reason_to_skip)


def require_programs(*names):
    """And root, without whom none of these programs does anything."""
    if os.geteuid() != 0:
        require("only root can make and enter another Debian: run this test as root")
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    missing = [name for name in names if shutil.which(name, path=path) is None]
    require(f"{', '.join(missing)}: not installed, run ./dev deps check" if missing else "")
    # No package can change this, so it is no failure anywhere.
    words = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "mount", "-t", "proc", "proc", "/proc"]
    if subprocess.run(words, capture_output=True, check=False).returncode != 0:
        raise unittest.SkipTest("this machine lets root mount nothing, as in a container without CAP_SYS_ADMIN")


def output_of(*command, timeout_s=600, **options):
    """The standard output of a command; if it fails, all that it said is in the failure."""
    words = [str(word) for word in command]
    done = subprocess.run(
        words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout_s, check=False, **options
    )
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(words)}: exit status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def codename():
    for line in Path("/etc/os-release").read_text().splitlines():
        if line.startswith("VERSION_CODENAME="):
            return line.partition("=")[2].strip('"')
    raise AssertionError("/etc/os-release names no release")


def apt_sources():
    """The lines of sources.list for this machine's release of Debian, the main archive first."""
    targets = output_of("apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages")
    release = codename()
    found = [line.split() for line in dict.fromkeys(targets.splitlines())]
    lines = [(uri, suite, component) for uri, suite, component in found if suite.partition("-")[0] == release]
    lines.sort(key=lambda words: words[1] != release)
    require("" if lines and lines[0][1] == release else f"apt has no source of {release}")
    return [f"deb {uri} {suite} {component}" for uri, suite, component in lines]


def apt_proxies():
    """The proxies that this machine's apt uses, as lines of an apt.conf."""
    settings = output_of("apt-config", "dump").splitlines()
    return [line for line in settings if line.startswith("Acquire::http") and "roxy" in line]


@contextlib.contextmanager
def private_folder():
    """On a real disk: /tmp may be a small file system in memory, or one without device files."""
    with tempfile.TemporaryDirectory(prefix="wayside-root-", dir="/var/tmp") as folder:
        yield Path(folder)


def enter(root, *command, **options):
    """Runs a command in the root, whose mounts nobody else sees and which end with it."""
    script = 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"'
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
    words = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script, root, *command]
    return output_of(*words, env=environment, **options)


def install(root, *packages):
    """Installs packages with their dependencies, and starts no daemon."""
    policy = root / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    enter(root, "apt-get", "install", "-q", "-y", "--no-install-recommends", *packages)
    policy.unlink()


def make_root(root):
    sources = apt_sources()
    _, mirror, suite, _ = sources[0].split()
    proxies = [line.split('"')[1] for line in apt_proxies() if line.split('"')[1].startswith("http")]
    environment = {**os.environ, **({"http_proxy": proxies[0]} if proxies else {})}
    output_of("debootstrap", "--variant=minbase", "--include=ca-certificates", suite, root, mirror, env=environment)
    (root / "etc/apt/sources.list").write_text("\n".join(sources) + "\n")
    (root / "etc/apt/apt.conf.d/90proxies").write_text("\n".join(apt_proxies()) + "\n")
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    enter(root, "apt-get", "update", "-q")
    enter(root, "apt-get", "clean")


def archive(*packages):
    """A tar file of a root with these packages beside the essential ones, and with apt's lists of all others."""
    require_programs("debootstrap", "unshare", "chroot", "tar")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wayside" / "debian"
    cache.mkdir(parents=True, exist_ok=True)
    place = cache / ("-".join([codename(), os.uname().machine, *sorted(packages)]) + ".tar")
    # One test makes the archive, and the others wait for it.
    with open(place.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists() or time.time() - place.stat().st_mtime > KEPT_FOR_S:
            with private_folder() as folder:
                if packages:
                    unpack(archive(), folder / "root")
                    install(folder / "root", *packages)
                    enter(folder / "root", "apt-get", "clean")
                else:
                    make_root(folder / "root")
                draft = place.with_suffix(".draft")
                output_of("tar", "--create", "--numeric-owner", "--directory", folder / "root", "--file", draft, ".")
                draft.rename(place)
    return place


def unpack(tar, root):
    root.mkdir()
    output_of("tar", "--extract", "--numeric-owner", "--same-permissions", "--directory", root, "--file", tar)


class RootTestCase(support.TestCase):
    """A test with a root of its own."""

    def make_root(self, *packages):
        folder = self.enterContext(private_folder())
        unpack(archive(*packages), folder / "root")
        return folder / "root"
