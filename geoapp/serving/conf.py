"""Gunicorn's configuration, read from the environment as the settings are. See `worker`."""

import os
from typing import Any

from geoapp import env, state
from geoapp.address import UNIX, Proxy, parse_proxies

_cores = os.cpu_count() or 1
_given = os.environ.get

worker_class = "geoapp.serving.worker.Doorkeeper"
logger_class = "geoapp.serving.log.Logs"
workers = env.integer("WEB_WORKERS", _given("WEB_WORKERS"), max(2, min(_cores, 4)), 1, 64)
threads = env.integer("WEB_THREADS", _given("WEB_THREADS"), 8, 1, 64)  # for light questions; `lanes` adds the others
worker_connections = 2000
backlog = 2048
limit_request_line = 8190  # an area of 200 corners, each comma of it escaped
timeout = 60
graceful_timeout = 10
keepalive = 30
sendfile = False  # it would make a thread wait for its reader
control_socket_disable = True
umask = 0o077
accesslog = str(state.state_dir() / "access" / "access.log")
# Whose word on the asker's address and on HTTPS is believed; a TLS proxy is on this machine unless it is said otherwise.
_here = ["127.0.0.1", "::1"] if env.flag("HTTPS", _given("HTTPS")) else []
proxies: list[Proxy] = parse_proxies(env.words(_given("TRUSTED_PROXIES"), _here))
# Who may say that a request came by HTTPS: the proxies, and behind HTTPS=1 this machine, where the launcher looks at the
# site. gunicorn tells Django (`wsgi.url_scheme`), which reads no header itself; it would believe any socket without a peer.
forwarded_allow_ips = ",".join(dict.fromkeys([*(str(proxy) for proxy in proxies if proxy != UNIX), *_here]))
secure_scheme_headers = {"X-FORWARDED-PROTO": "https"} if proxies else {}


def post_worker_init(worker: Any) -> None:
    """Gunicorn's hook: the site is loaded, and no request has come. A worker of another application than ours has no site."""
    from django.apps import apps

    if not apps.ready:
        return
    from geoapp.audit import seals
    from geoapp.background import hourly
    from layers.findings import verdicts

    hourly.begin(seals.seal, verdicts.lapse)
