"""Certificates made on the fly by OpenSSL's own program."""

import subprocess
from pathlib import Path

import support

EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
RSA = ("-newkey", "rsa:2048")


def openssl(*words, stdin=None):
    return subprocess.run(
        [support.program("openssl"), *map(str, words)],
        input=stdin,
        capture_output=True,
        timeout=support.TIMEOUT_S,
        check=True,
    ).stdout


class Authority:
    """Signs certificates; all files are in `folder`."""

    def __init__(self, folder, name="ca"):
        self.folder = Path(folder)
        self.file = self.folder / f"{name}.pem"
        self._key = self.folder / f"{name}.key"
        openssl("req", "-x509", *EC, "-nodes", "-keyout", self._key, "-out", self.file, "-days", 30, "-subj", f"/CN={name}")

    def make(self, name, alternative_names="DNS:localhost,IP:127.0.0.1", days=10, key=EC):
        """Makes NAME.pem and NAME.key, each by a rename, as what renews certificates does."""
        request = self.folder / f"{name}.csr"
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={alternative_names}\n")
        files = {kind: self.folder / f"{name}.{kind}" for kind in ("pem", "key")}
        new = {kind: path.with_suffix(f".{kind}.new") for kind, path in files.items()}
        openssl("req", *key, "-nodes", "-keyout", new["key"], "-out", request, "-subj", f"/CN={name}")
        openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self._key, "-CAcreateserial",
                "-days", days, "-extfile", extensions, "-out", new["pem"])  # fmt: skip
        for kind, path in files.items():
            new[kind].rename(path)
        return files["pem"], files["key"]
