"""The reverse proxy of a body whose services run apart: which path goes to which of them, as nginx reads it.

The table is made of the prefixes that the services themselves name, so it cannot fall behind them.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence

from deploy.containers.addresses import PROXY_PORT, SERVICE_PORT
from deploy.topology import SERVICES

_INNER_PATHS = ("/metrics", "/readyz", "/livez")
"""For monitors inside the network, each asked of its own service; nobody outside reads them."""

_HEAD = """\
# Written by `doorstep containers`; holds no secret.
worker_processes auto;
error_log stderr warn;
pid /tmp/nginx.pid;
events {{ worker_connections 1024; }}
http {{
  access_log off;  # addresses hold tracking codes
  server_tokens off;
  client_max_body_size 32m;  # each service keeps narrower limits of its own
  client_body_temp_path /tmp/body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  include /tmp/names.conf;  # written by start.sh
  server {{
    listen {port};
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $http_host;
    proxy_read_timeout 60s;
    location = /proxyz {{ return 204; }}
"""


START = """\
# Finds the name server of the network we are in, then becomes nginx. Names are looked up again while serving: a
# container that is started anew has another address. nginx knows no search domains, and Kubernetes needs one.
set -eu
awk '
  $1 == "nameserver" && !server { server = $2 ~ /:/ ? "[" $2 "]" : $2 }
  $1 == "search" { for (i = 2; i <= NF; i++) if ($i ~ /^[^.]+[.]svc[.]/ && !suffix) suffix = "." $i }
  END { printf "resolver %s valid=5s ipv6=off;\\nmap \\"\\" $suffix { default \\"%s\\"; }\\n", server, suffix }
' /etc/resolv.conf > /tmp/names.conf
exec nginx -c "${0%/*}/nginx.conf" -g "daemon off;"
"""
"""What the proxy's container runs, with ``sh``."""


def service_prefixes() -> dict[str, tuple[str, ...]]:
    """By service, the paths it answers at segment borders."""
    return {name: importlib.import_module(f"services.{name}.app").PREFIXES for name in SERVICES}


def nginx_conf(prefixes: Mapping[str, Sequence[str]]) -> str:
    """The configuration as text."""
    lines = [_HEAD.format(port=PROXY_PORT)]
    lines += [f"    location = {path} {{ return 404; }}\n" for path in _INNER_PATHS]
    owners = {prefix.rstrip("/"): service for service, own in prefixes.items() for prefix in own}
    for prefix, service in sorted(owners.items()):
        # nginx compares letters; the border of a segment needs a line for the path itself and one for all below.
        if prefix:
            lines.append(f"    location = {prefix} {{ {_to(service)} }}\n")
        lines.append(f"    location {prefix}/ {{ {_to(service)} }}\n")
    return "".join([*lines, "  }\n}\n"])


def _to(service: str) -> str:
    # A name in a variable is looked up while serving, and the proxy starts before the services do.
    return f"set $up {service}; proxy_pass http://$up$suffix:{SERVICE_PORT};"
