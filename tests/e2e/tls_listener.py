"""wayside with a listener for TLS, and the authority of its certificate."""

import support
from authority import Authority
from backend import Backend

LISTENER = """
listen:
  address: 127.0.0.1:0
  tls: {{cert: {folder}/{name}.pem, key: {folder}/{name}.key{more}}}
metrics: {{listen: 127.0.0.1:0, enable_lifecycle: true}}
log_level: debug
"""


class TlsTestCase(support.TestCase):
    def setUp(self):
        super().setUp()
        self.authority = Authority(self.folder)
        self.authority.make("a")
        self.backend = Backend()
        self.addCleanup(self.backend.stop)

    def listen(self, more="", name="a", settings=""):
        """`more` is what `tls` has beside the certificate of that name; `settings` are lines of their own."""
        config = LISTENER.format(folder=self.folder, name=name, more=more) + settings
        return self.start_wayside(config=config, configures_listeners=True, backend=self.backend.url)
