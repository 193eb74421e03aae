"""Who is measured: wayside, and the proxies it is compared with, all of them in front of one backend.

"nginx Lua" is nginx with wayside's job: it counts requests and durations by the same 50 routes (route_metrics.lua).
The others count nothing by route.

Each proxy has one worker on one processor, keeps its connections alive on both sides, streams bodies, and adds the
same three fields to a request (X-Forwarded-For, -Proto and -Host). No pool of connections is smaller than the
load. Everything else is as its authors have it. Whatever is started here ends with the Peers object, by process id.
"""

import contextlib
import functools
import os
from dataclasses import dataclass, replace
from pathlib import Path

import load
import support
from authority import Authority
from nginx_configuration import FILES

NGINX = (
    """\
{modules}daemon off;
worker_processes 1;
worker_rlimit_nofile {files};
{user}
error_log stderr error;
pid {folder}/nginx-{name}.pid;
events {{ worker_connections {connections}; }}
http {{
"""
    + FILES
    + """\
    keepalive_requests 1000000000;
    client_max_body_size 0;
{metrics}    upstream backend {{
        server {backend};
        keepalive 256;
        keepalive_requests 1000000000;
    }}
    server {{
        listen 127.0.0.1:{port}{tls};
        location / {{
            proxy_pass http://backend;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header X-Forwarded-Host $http_host;
            proxy_request_buffering off;
            proxy_max_temp_file_size 0;
        }}
{observe}    }}
}}
"""
)

# What the same nginx needs to count by route. The modules are where Debian has them.
NGINX_LUA = {
    "modules": """\
load_module /usr/lib/nginx/modules/ndk_http_module.so;
load_module /usr/lib/nginx/modules/ngx_http_lua_module.so;
""",
    "metrics": """\
    lua_package_path "{folder}/?.lua;;";
    lua_shared_dict route_metrics 10m;
    init_by_lua_block {{
        route_metrics = require "route_metrics"
        route_metrics.init({{ {templates} }})
    }}
    init_worker_by_lua_block {{ route_metrics.init_worker() }}
    server {{
        listen 127.0.0.1:{metrics_port};
        location = /metrics {{ content_by_lua_block {{ route_metrics.page() }} }}
    }}
""",
    "observe": """\
        log_by_lua_block {{ route_metrics.observe() }}
""",
}
LUA_SCRIPT = Path(__file__).resolve().parent / "route_metrics.lua"

HAPROXY = """\
global
    nbthread 1
    maxconn {connections}
defaults
    mode http
    timeout connect 5s
    timeout client 75s
    timeout server 60s
frontend clients
    bind 127.0.0.1:{port}{tls}
    option forwardfor
    http-request set-header X-Forwarded-Proto {scheme}
    http-request set-header X-Forwarded-Host %[req.hdr(host)]
    default_backend service
backend service
    http-reuse always
    server service {backend}
"""

CADDY = """\
{{
    admin off
    auto_https off
    log {{
        level ERROR
    }}
}}
http://:{port} {{
    bind 127.0.0.1
    reverse_proxy {backend} {{
        transport http {{
            keepalive_idle_conns_per_host 256
        }}
    }}
}}
"""

WAYSIDE = """\
listen: {{address: 127.0.0.1:0{tls}}}
metrics:
  listen: 127.0.0.1:0
backend: {backend}
workers: {workers}
routes:
{routes}
"""

# What each has where its clients speak TLS: one certificate (ECDSA, P-256) and one way to agree on keys and to encrypt.
TLS = {
    "nginx": """ ssl;
        ssl_certificate {certificate};
        ssl_certificate_key {certificate};
        ssl_protocols TLSv1.3;
        ssl_conf_command Ciphersuites TLS_AES_256_GCM_SHA384;
        ssl_ecdh_curve X25519""",
    "HAProxy": " ssl crt {certificate} ssl-min-ver TLSv1.3 ciphersuites TLS_AES_256_GCM_SHA384 curves X25519",
    "wayside": ", tls: {{cert: {certificate}, key: {certificate}, min_version: 1.3, "
    "ciphers: TLS_AES_256_GCM_SHA384, curves: X25519}}",
}
ROUTES = 50
TEMPLATES = [f"/service-{number}/items/{{id}}/{{size}}" for number in range(ROUTES)]


@dataclass(frozen=True)
class Wiring:
    """How a proxy is connected, and where it runs: on any processor without `cpus`."""

    over_unix: bool = False  # to the backend
    over_tls: bool = False  # from the clients
    workers: int = 1  # of wayside; the others have one
    cpus: tuple = ()


class Peer:
    """A running proxy: its process, the port that its clients connect to, and that of its metrics, if any."""

    def __init__(self, process, port, metrics_port=None):
        self.process = process
        self.port = port
        self.metrics_port = metrics_port

    @property
    def pid(self):
        return self.process.pid


class Peers:
    """The backend, and the proxies in front of it, each started when it is first asked for.

    `programs` is the folder of wayside and the programs of the benchmark, `before` another wayside to compare with
    or None. `proxy_cpu` and `load_cpu` are where the proxies and the backend run; None: anywhere. A backend of the
    caller's own, which listens on `backend_port`, takes the place of that of the benchmark.
    """

    def __init__(self, programs, folder, proxy_cpu, load_cpu, max_connections, before=None, backend_port=None):
        self._programs = Path(programs)
        self._folder = Path(folder)
        self._proxy_cpu = proxy_cpu
        self._connections = max_connections
        self._wayside_programs = {"wayside": self._programs / "wayside", "wayside before": before}
        self._running = {}
        self._stack = contextlib.ExitStack()
        self._socket = self._folder / "backend.sock"
        # nginx' workers may run as another user.
        self._folder.chmod(0o755)
        self.backend = Peer(None, backend_port) if backend_port else self._start_backend(load_cpu)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self._running.clear()
        self._stack.close()

    def casualties(self):
        """What those had to say who have ended though nobody told them to."""
        everybody = {("backend",): self.backend, **self._running}
        return [
            f"{key[0]} has ended, saying:\n{peer.process.output}"
            for key, peer in everybody.items()
            if peer.process is not None and not peer.process.is_running()
        ]

    def get(self, name, **wiring):
        """The proxy of that name, with that Wiring; the same one whenever it is asked for in the same words."""
        key = (name, self._wiring(**wiring))
        if key not in self._running:
            self._running[key] = self._start_peer(self._stack, *key)
        return self._running[key]

    @contextlib.contextmanager
    def fresh(self, name, under=()):
        """A proxy of its own, which nothing has been asked of, and which ends with the context.

        `under` are words before its command, of a program that watches it.
        """
        with contextlib.ExitStack() as stack:
            yield self._start_peer(stack, name, self._wiring(), under)

    def _wiring(self, **wiring):
        cpus = () if self._proxy_cpu is None else (self._proxy_cpu,)
        return replace(Wiring(cpus=cpus), **wiring)

    @functools.cached_property
    def _certificate(self):
        """A file with the certificate of those who speak TLS, and its key."""
        certificate, key = Authority(self._folder).make("localhost")
        return self._write("certificate.pem", certificate.read_text() + key.read_text())

    def _tls(self, name, wiring):
        """What the configuration of a proxy says of TLS."""
        return TLS[name].format(certificate=self._certificate) if wiring.over_tls else ""

    def _start_backend(self, cpu):
        process = self._start(self._stack, [self._programs / "sized_backend", self._socket], [cpu])
        port = int(process.wait_for_line(r"listening on (\d+)").group(1))
        self._socket.chmod(0o777)
        return Peer(process, port)

    @staticmethod
    def _start(stack, command, cpus, env=None):
        process = support.Process(*(load.pinned(cpus) if cpus else ()), *command, env=env)
        stack.callback(process.stop)
        return process

    def _start_peer(self, stack, name, wiring, under=()):
        if name == "direct":
            return self.backend
        if name in ("raw relay", "raw splice"):
            backend = f"unix:{self._socket}" if wiring.over_unix else self.backend.port
            mode = ["splice"] if name == "raw splice" else []
            process = self._start(stack, [self._programs / "raw_relay", backend, *mode], wiring.cpus)
            return Peer(process, int(process.wait_for_line(r"listening on (\d+)").group(1)))
        if name in self._wayside_programs:
            command = [*under, self._wayside_programs[name]]
            return self._start_wayside(stack, command, wiring)
        return self._start_known(stack, name, wiring)

    def _start_wayside(self, stack, command, wiring):
        backend = f"unix:{self._socket}" if wiring.over_unix else f"http://127.0.0.1:{self.backend.port}"
        routes = "\n".join(f"  - {template}" for template in TEMPLATES)
        values = {"tls": self._tls("wayside", wiring), "backend": backend, "workers": wiring.workers, "routes": routes}
        config = self._write("wayside.yaml", WAYSIDE.format(**values))
        # Its ports are the kernel's choice, and it says them where it says that it listens: at the level "info".
        process = self._start(stack, [*command, "--config", config, "--log-level", "info"], wiring.cpus)
        address = r'="?127\.0\.0\.1:(\d+)'
        line = process.wait_for_line(r'msg="?listening"?.*proxy' + address + ".*metrics" + address)
        return Peer(process, int(line.group(1)), int(line.group(2)))

    def _start_known(self, stack, name, wiring):
        port = support.free_port()
        address = f"127.0.0.1:{self.backend.port}"
        values = {
            "folder": self._folder,
            "name": port,
            "port": port,
            "connections": self._connections,
            "files": 2 * self._connections + 100,
            "scheme": "https" if wiring.over_tls else "http",
            "tls": self._tls(name, wiring),
            "user": "user root;" if os.geteuid() == 0 else "",
        }
        metrics_port = None
        if name in ("nginx", "nginx Lua"):
            backend = f"unix:{self._socket}" if wiring.over_unix else address
            parts = dict.fromkeys(NGINX_LUA, "")
            if name == "nginx Lua":
                metrics_port = support.free_port()
                parts = self._nginx_lua_parts(metrics_port)
            config = self._write(f"nginx-{port}.conf", NGINX.format(backend=backend, **parts, **values))
            command = [support.program("nginx"), "-e", "stderr", "-p", self._folder, "-c", config]
        elif name == "HAProxy":
            backend = self._socket if wiring.over_unix else address
            config = self._write(f"haproxy-{port}.cfg", HAPROXY.format(backend=backend, **values))
            command = [support.program("haproxy"), "-q", "-db", "-f", config]
        elif name == "Caddy":
            backend = f"unix/{self._socket}" if wiring.over_unix else address
            config = self._write(f"Caddyfile-{port}", CADDY.format(backend=backend, **values))
            command = [support.program("caddy"), "run", "--adapter", "caddyfile", "--config", config]
        else:
            raise ValueError(f"no such peer: {name}")
        process = self._start(stack, command, wiring.cpus, env={"HOME": str(self._folder)})
        support.wait_until(
            lambda: support.accepts_connections(port) or not process.is_running(), f"{name} listens on port {port}"
        )
        if not process.is_running():
            raise load.Failed(f"{name} did not start:\n{process.output}")
        return Peer(process, port, metrics_port)

    def _nginx_lua_parts(self, metrics_port):
        self._write(LUA_SCRIPT.name, LUA_SCRIPT.read_text())
        templates = ", ".join(f'"{template}"' for template in TEMPLATES)
        values = {"folder": self._folder, "templates": templates, "metrics_port": metrics_port}
        return {name: part.format(**values) for name, part in NGINX_LUA.items()}

    def _write(self, name, text):
        file = self._folder / name
        file.write_text(text)
        return file
