"""Who is measured: wayside, and the proxies it is compared with, all of them in front of one backend.

"nginx Lua" is nginx with wayside's job: it counts requests and durations by the same 50 routes (route_metrics.lua).
The others count nothing by route.

Each proxy has one worker on one processor, keeps its connections alive on both sides, streams bodies, and adds the
same three fields to a request (X-Forwarded-For, -Proto and -Host). No pool of connections is smaller than the
load. Everything else is as its authors have it. Whatever is started here ends with the Peers object, by process id.
"""

import contextlib
import os
from pathlib import Path

import load
import support
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
        listen 127.0.0.1:{port};
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
    bind 127.0.0.1:{port}
    option forwardfor
    http-request set-header X-Forwarded-Proto http
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
listen: 127.0.0.1:0
metrics:
  listen: 127.0.0.1:0
backend: {backend}
workers: {workers}
routes:
{routes}
"""
ROUTES = 50
TEMPLATES = [f"/service-{number}/items/{{id}}/{{size}}" for number in range(ROUTES)]


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

    def get(self, name, over_unix=False, workers=1, cpus=None):
        """The proxy of that name, wired in that way; the same one whenever it is asked for in the same words."""
        key = (name, over_unix, workers, tuple(cpus or ()))
        if key not in self._running:
            cpus = cpus or self._cpus()
            self._running[key] = self._start_peer(self._stack, name, over_unix, workers, cpus)
        return self._running[key]

    @contextlib.contextmanager
    def fresh(self, name, under=()):
        """A proxy of its own, which nothing has been asked of, and which ends with the context.

        `under` are words before its command, of a program that watches it.
        """
        with contextlib.ExitStack() as stack:
            yield self._start_peer(stack, name, False, 1, self._cpus(), under)

    def _cpus(self):
        return [] if self._proxy_cpu is None else [self._proxy_cpu]

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

    def _start_peer(self, stack, name, over_unix, workers, cpus, under=()):
        if name == "direct":
            return self.backend
        if name in ("raw relay", "raw splice"):
            backend = f"unix:{self._socket}" if over_unix else self.backend.port
            mode = ["splice"] if name == "raw splice" else []
            process = self._start(stack, [self._programs / "raw_relay", backend, *mode], cpus)
            return Peer(process, int(process.wait_for_line(r"listening on (\d+)").group(1)))
        if name in self._wayside_programs:
            command = [*under, self._wayside_programs[name]]
            return self._start_wayside(stack, command, over_unix, workers, cpus)
        return self._start_known(stack, name, over_unix, cpus)

    def _start_wayside(self, stack, command, over_unix, workers, cpus):
        backend = f"unix:{self._socket}" if over_unix else f"http://127.0.0.1:{self.backend.port}"
        routes = "\n".join(f"  - {template}" for template in TEMPLATES)
        config = self._write("wayside.yaml", WAYSIDE.format(backend=backend, workers=workers, routes=routes))
        # Its ports are the kernel's choice, and it says them where it says that it listens: at the level "info".
        process = self._start(stack, [*command, "--config", config, "--log-level", "info"], cpus)
        address = r'="?127\.0\.0\.1:(\d+)'
        line = process.wait_for_line(r'msg="?listening"?.*proxy' + address + ".*metrics" + address)
        return Peer(process, int(line.group(1)), int(line.group(2)))

    def _start_known(self, stack, name, over_unix, cpus):
        port = support.free_port()
        address = f"127.0.0.1:{self.backend.port}"
        values = {
            "folder": self._folder,
            "name": port,
            "port": port,
            "connections": self._connections,
            "files": 2 * self._connections + 100,
            "user": "user root;" if os.geteuid() == 0 else "",
        }
        metrics_port = None
        if name in ("nginx", "nginx Lua"):
            backend = f"unix:{self._socket}" if over_unix else address
            parts = dict.fromkeys(NGINX_LUA, "")
            if name == "nginx Lua":
                metrics_port = support.free_port()
                parts = self._nginx_lua_parts(metrics_port)
            config = self._write(f"nginx-{port}.conf", NGINX.format(backend=backend, **parts, **values))
            command = [support.program("nginx"), "-e", "stderr", "-p", self._folder, "-c", config]
        elif name == "HAProxy":
            backend = self._socket if over_unix else address
            config = self._write(f"haproxy-{port}.cfg", HAPROXY.format(backend=backend, **values))
            command = [support.program("haproxy"), "-q", "-db", "-f", config]
        elif name == "Caddy":
            backend = f"unix/{self._socket}" if over_unix else address
            config = self._write(f"Caddyfile-{port}", CADDY.format(backend=backend, **values))
            command = [support.program("caddy"), "run", "--adapter", "caddyfile", "--config", config]
        else:
            raise ValueError(f"no such peer: {name}")
        process = self._start(stack, command, cpus, env={"HOME": str(self._folder)})
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
