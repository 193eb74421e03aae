"""A headless Chromium, driven by chromedriver over HTTP (W3C WebDriver), without a client library."""

import base64
import http.client
import json
import re
from pathlib import Path

import support

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the key of an element's id (WebDriver, section 11)
COMMAND_TIMEOUT_S = 60


class Chromium:
    """One window. close() ends the browser; its driver ends with the test."""

    def __init__(self, test, more_arguments=()):
        driver = test.start(support.program("chromedriver"), "--port=0", env={"HOME": str(test.folder)})
        self._port = int(driver.wait_for_line(r"started successfully on port (\d+)").group(1))
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                     "--hide-scrollbars", f"--user-data-dir={test.folder}/chromium", *more_arguments]  # fmt: skip
        capabilities = {
            "browserName": "chrome",
            "goog:chromeOptions": {"args": arguments, "binary": support.program("chromium")},
            "goog:loggingPrefs": {"browser": "ALL"},
        }
        session = self._send("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
        self._session = f"/session/{session['sessionId']}"
        test.addCleanup(self.close)

    def close(self):
        self._send("DELETE", self._session)

    def open(self, url):
        self._command("POST", "/url", {"url": url})

    def reload(self):
        self._command("POST", "/refresh", {})

    @property
    def url(self):
        return self._command("GET", "/url")

    def run(self, script, *arguments):
        """The value that the body of a function returns, called with `arguments`."""
        return self._command("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def find(self, selector):
        return self._command("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def click(self, selector):
        self._command("POST", f"/element/{self.find(selector)}/click", {})

    def type(self, selector, text):
        self._command("POST", f"/element/{self.find(selector)}/value", {"text": text})

    def press(self, key):
        """A key, as a character of WebDriver's table (section 17.4.2) or itself, to whatever has the focus."""
        keys = [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        self._command("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": keys}]})

    def texts(self, selector):
        return self.run("return [...document.querySelectorAll(arguments[0])].map(e => e.textContent)", selector)

    def text(self, selector):
        return self.run("return document.querySelector(arguments[0])?.textContent ?? null", selector)

    def is_shown(self, selector):
        script = "const e = document.querySelector(arguments[0]); return !!e && e.checkVisibility()"
        return self.run(script, selector)

    def devtools(self, method, **parameters):
        """A command of the Chrome DevTools Protocol."""
        return self._command("POST", "/goog/cdp/execute", {"cmd": method, "params": parameters})

    def resize(self, width, height, is_phone=False):
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height,
                      deviceScaleFactor=2 if is_phone else 1, mobile=is_phone)  # fmt: skip

    def prefer_colors(self, scheme):
        self.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def screenshot(self, path):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(base64.b64decode(self._command("GET", "/screenshot")))

    def log(self):
        """What the console has got since the last call: refused loads and scripts, and exceptions."""
        return [entry["message"] for entry in self._command("POST", "/se/log", {"type": "browser"})]

    def _command(self, method, path, body=None):
        return self._send(method, self._session + path, body)

    def _send(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=COMMAND_TIMEOUT_S)
        try:
            text = None if body is None else json.dumps(body)
            connection.request(method, path, body=text, headers={"Content-Type": "application/json"})
            value = json.loads(connection.getresponse().read())["value"]
        finally:
            connection.close()
        if isinstance(value, dict) and "error" in value:
            raise AssertionError(f"{method} {path}: {value['error']}: {re.sub(chr(10) + '.*', '', value['message'])}")
        return value
