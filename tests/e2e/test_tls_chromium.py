"""Chromium speaks TLS to wayside."""

import base64
import hashlib
import unittest

from authority import openssl
from chromium import Chromium
from tls_listener import TlsTestCase

SIZE = 5_000_000
CONNECTIONS_OF_A_HOST = 6  # of Chromium, by HTTP/1.1

TIMES = "return Promise.all([...Array(arguments[0])].map(() => fetch('/after/200').then(r => r.text())))"
DOWN = "return fetch(arguments[0]).then(r => r.arrayBuffer()).then(b => b.byteLength)"
UP = "return fetch('/echo', {method: 'PUT', body: new Uint8Array(arguments[0])}).then(r => r.json()).then(r => r.length)"
PROTOCOLS = "return performance.getEntriesByType('resource').map(entry => entry.nextHopProtocol)"


class InChromium(TlsTestCase):
    def key_hash(self, name):
        """The hash by which Chromium is told to trust a certificate (RFC 7469 section 2.4)."""
        key = openssl("x509", "-in", self.folder / f"{name}.pem", "-noout", "-pubkey")
        der = openssl("pkey", "-pubin", "-outform", "der", stdin=key)
        return base64.b64encode(hashlib.sha256(der).digest()).decode()

    def chromium(self, *arguments):
        trust = f"--ignore-certificate-errors-spki-list={self.key_hash('a')}"
        return Chromium(self, (trust, *arguments))

    def check(self, version, *arguments):
        wayside = self.listen()
        browser = self.chromium(*arguments)
        browser.open(f"https://localhost:{wayside.proxy_port}/echo")
        for target in (f"/bytes/{SIZE}", f"/chunked/{SIZE}"):
            self.assertEqual(browser.run(DOWN, target), SIZE)
        self.assertEqual(browser.run(UP, SIZE), SIZE)
        self.assertEqual(set(browser.run(PROTOCOLS)), {"http/1.1"})
        # Its connections are kept, and those that it needs more resume the session.
        self.assertEqual(browser.run(TIMES, 2 * CONNECTIONS_OF_A_HOST), ["late\n"] * 2 * CONNECTIONS_OF_A_HOST)
        self.assertLessEqual(wayside.sample("wayside_tls_handshakes_total", result="ok"), CONNECTIONS_OF_A_HOST)
        self.assertEqual(
            wayside.sample("wayside_tls_connections_total", version=version),
            wayside.sample("wayside_tls_handshakes_total", result="ok"),
        )
        self.assertGreaterEqual(wayside.sample("wayside_tls_resumed_total"), 1)

    def test_by_tls_1_3(self):
        self.check("1.3")

    def test_by_tls_1_2(self):
        self.check("1.2", "--ssl-version-max=tls1.2")

    def test_a_wrong_name_is_refused(self):
        self.authority.make("b", "DNS:b.test")
        wayside = self.listen(name="b")
        with self.assertRaisesRegex(AssertionError, "ERR_CERT|insecure certificate"):
            self.chromium().open(f"https://localhost:{wayside.proxy_port}/echo")


if __name__ == "__main__":
    unittest.main()
