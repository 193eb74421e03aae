"""A real Prometheus, which the tests configure and ask."""

import json
import urllib.parse
from pathlib import Path

import support


def scrape_config(*ports, job="wayside", rules=()):
    """The text of a configuration that scrapes these ports of the loopback interface each second."""
    return f"""\
global:
  scrape_interval: 1s
  evaluation_interval: 1s
rule_files: {json.dumps(list(rules))}
scrape_configs:
  - job_name: {job}
    static_configs:
      - targets: {json.dumps([f"127.0.0.1:{port}" for port in ports])}
"""


class PrometheusServer(support.Process):
    """Ready when the constructor returns. `config` is the text of its configuration file, which lies in `folder`."""

    def __init__(self, folder, config, *options):
        folder = Path(folder)
        file = folder / "prometheus.yml"
        file.write_text(config)
        self.port = support.free_port()
        super().__init__(
            support.program("prometheus"),
            f"--config.file={file}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{self.port}",
            *options,
            cwd=folder,
        )
        try:
            self.wait_for_line("Server is ready to receive web requests")
        except BaseException:
            self.stop()
            raise

    def ask(self, path, **parameters):
        """The data in an answer of its API."""
        response = support.fetch(self.port, f"/api/v1/{path}?" + urllib.parse.urlencode(parameters))
        answer = json.loads(response.body)
        if answer["status"] != "success":
            raise AssertionError(f"{path} {parameters}: {answer}")
        return answer["data"]
