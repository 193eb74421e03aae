"""Go and Java speak TLS to wayside. Apart from the other clients: both take hundreds of megabytes."""

import hashlib
import json
import subprocess
import unittest
from pathlib import Path

import support
from backend import pattern
from tls_listener import TlsTestCase

SOURCES = Path(__file__).with_name("tls_clients")
TIMEOUT_S = 120  # compilers are slow beside others
SIZE = 5_000_000
MD5 = hashlib.md5(pattern(SIZE)).hexdigest()


class Clients(TlsTestCase):
    def run_client(self, command, wayside, version):
        command = [*command, str(wayside.proxy_port), str(self.authority.file), version]
        return subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)

    def check_client(self, command, refusal):
        """It has large bodies both ways on one connection, resumes its session on another, and refuses a wrong name.

        `refusal` is the result of the handshakes that it refuses.
        """
        for version in ("1.2", "1.3"):
            with self.subTest(version=version):
                wayside = self.listen()
                done = self.run_client(command, wayside, version)
                self.assertEqual(done.returncode, 0, done.stderr)
                down, up, chunked = done.stdout.splitlines()
                self.assertEqual((down, chunked), (MD5, MD5))
                seen = json.loads(up)
                self.assertEqual((seen["length"], seen["md5"]), (SIZE, MD5))
                wayside.wait_for_sample(2, "wayside_tls_connections_total", version=version)
                wayside.wait_for_sample(2, "wayside_tls_handshakes_total", result="ok")
                wayside.wait_for_sample(1, "wayside_tls_resumed_total")
        self.authority.make("b", "DNS:b.test")
        wayside = self.listen(name="b")
        for version in ("1.2", "1.3"):
            done = self.run_client(command, wayside, version)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("localhost", done.stderr)
        wayside.wait_for_sample(2, "wayside_tls_handshakes_total", result=refusal)

    def test_go(self):
        program = self.folder / "client"
        command = [support.program("go"), "build", "-o", program, SOURCES / "client.go"]
        env = support.environment({"GOCACHE": str(Path.home() / ".cache" / "go-build"), "GO111MODULE": "off"})
        subprocess.run(command, env=env, timeout=TIMEOUT_S, check=True)
        self.check_client([program], "refused_by_peer")

    def test_java(self):
        command = [support.program("javac"), "-d", self.folder, SOURCES / "Client.java"]
        subprocess.run(command, timeout=TIMEOUT_S, check=True)
        # java.net.http closes the connection before its alert is on the way.
        self.check_client([support.program("java"), "-cp", self.folder, "Client"], "peer_left")


if __name__ == "__main__":
    unittest.main()
