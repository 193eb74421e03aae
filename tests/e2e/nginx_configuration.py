"""What every configuration of nginx begins with, as parts of a template for str.format. All files of nginx lie in `folder`."""

FILES = """\
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
"""

# `http` is still open.
PREAMBLE = (
    """\
daemon off;
master_process off;
error_log stderr warn;
pid {folder}/nginx.pid;
events {{ worker_connections 256; }}
http {{
"""
    + FILES
)
