"""Chromium speaks TLS to wayside."""

import base64
import hashlib
import unittest

import support
from authority import openssl
from chromium import Chromium
from tls_listener import TlsTestCase

SIZE = 5_000_000
CONNECTIONS_OF_A_HOST = 6  # of Chromium, by HTTP/1.1

# Each its own target, since a cache would have the others wait for the first.
AT_ONCE = "return Promise.all([...Array(arguments[0]).keys()].map(n => fetch(`/after/200?${n}`).then(r => r.text())))"
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
        self.assertEqual(browser.run(AT_ONCE, 2 * CONNECTIONS_OF_A_HOST), ["late\n"] * 2 * CONNECTIONS_OF_A_HOST)
        samples = support.samples(wayside.metrics())
        made = samples["wayside_tls_connections_total", frozenset({("version", version)})]
        self.assertEqual(made, samples["wayside_tls_handshakes_total", frozenset({("result", "ok")})])
        self.assertLess(made, len(self.backend.requests))
        self.assertGreaterEqual(samples["wayside_tls_resumed_total", frozenset()], 1)

    def test_by_tls_1_3(self):
        self.check("1.3")

    def test_by_tls_1_2(self):
        self.check("1.2", "--ssl-version-max=tls1.2")

    def test_another_key_is_refused(self):
        self.authority.make("b")
        wayside = self.listen(name="b")
        browser = self.chromium()
        browser.open(f"https://localhost:{wayside.proxy_port}/echo")
        self.assertIn("net::ERR_CERT_AUTHORITY_INVALID", browser.text("body"))
        self.assertGreaterEqual(wayside.sample("wayside_tls_handshakes_total", result="refused_by_peer"), 1)
        self.assertEqual(self.backend.requests, [])


if __name__ == "__main__":
    unittest.main()
