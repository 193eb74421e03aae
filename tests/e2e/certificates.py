"""Certificates for the tests, by openssl(1)."""

import subprocess
from pathlib import Path

import support


def openssl(*words):
    subprocess.run([support.program("openssl"), *map(str, words)], check=True, capture_output=True)


class Authority:
    """An authority of its own, whose files lie in `folder`: `cert` is its certificate."""

    def __init__(self, folder, name="ca"):
        self.folder = Path(folder)
        self.cert, self.key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", 2,
            "-subj", f"/CN={name}", "-keyout", self.key, "-out", self.cert,
        )  # fmt: skip

    def issue(self, name, names="DNS:localhost,IP:127.0.0.1"):
        """The files of a certificate and its key: `name`.pem and `name`.key."""
        cert, key, request = (self.folder / f"{name}.{kind}" for kind in ("pem", "key", "csr"))
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={names}\n")
        openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
            "-keyout", key, "-out", request,
        )  # fmt: skip
        openssl(
            "x509", "-req", "-in", request, "-CA", self.cert, "-CAkey", self.key, "-CAcreateserial", "-days", 2,
            "-extfile", extensions, "-out", cert,
        )  # fmt: skip
        return cert, key
