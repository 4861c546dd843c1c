"""What stands in the configuration of the proxy, written out for one connector: for nginx here, for the others in files of their own.

tests/peers runs each in the real program.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from connectors.apps.forward_auth.apache import apache
from connectors.apps.forward_auth.caddy import caddy
from connectors.apps.forward_auth.settings import EXAMPLE_UPSTREAM, OUR_WORDS, ForwardAuthSettings
from connectors.apps.forward_auth.traefik import traefik

INSIDE = "# Inside the server block of the application's host:\n"
VERIFIED = """\
    proxy_ssl_server_name on;
    proxy_ssl_verify on;
    proxy_ssl_trusted_certificate /etc/ssl/certs/ca-certificates.crt;
"""
NGINX = """\
# Outside of every server block: connections to Gapura that stay open.
upstream {checks} {{
    server {address};
    keepalive 16;
}}

{inside}underscores_in_headers off;   # the defaults, and needed: they drop X_Pasien_Nik
ignore_invalid_headers on;

location / {{
    auth_request /_gapura/periksa;
    auth_request_set $gapura_start $upstream_http_x_gapura_start;
    auth_request_set $gapura_mark  $upstream_http_set_cookie;
{kept}    error_page 401 = @gapura_masuk;

    proxy_cache off;   # every answer belongs to one person
    proxy_pass {upstream};   # no path here: the application must see the path that was decided on
    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_set_header Connection "";
{sent}}}

location @gapura_masuk {{
    add_header Set-Cookie $gapura_mark;   # without it no sign-in comes to its end
    return 302 $gapura_start;
}}

location = /_gapura/periksa {{
    internal;
    proxy_cache off;
    proxy_pass {scheme}://{checks}/gerbang/periksa;
{verified}{named}    proxy_http_version 1.1;
    proxy_pass_request_body off;
    proxy_set_header Host {hub};
    proxy_set_header Content-Length "";
    proxy_set_header Connection "";
    proxy_set_header X-Gapura-Host {host};   # written out, never $http_host
    proxy_set_header X-Gapura-Method $request_method;
    proxy_set_header X-Gapura-Uri $request_uri;
    proxy_connect_timeout 2s;
    proxy_read_timeout 5s;
}}

location ~ ^/_gapura/(kembali|keluar)$ {{
    proxy_cache off;
    proxy_pass {issuer};
{verified}    proxy_redirect off;
    proxy_set_header X-Gapura-Host {host};
}}
"""


def nginx(settings: ForwardAuthSettings, issuer: str) -> str:
    """Return what goes beside the `server` block of the host and, after `INSIDE`, into it.

    An empty header is removed, the browser's own included.
    """
    given, hub = settings.given, urlsplit(issuer)
    tls = hub.scheme == "https"
    variables = {name: f"$gapura_{name.lower().replace('-', '_')}" for name in given}
    kept = "".join(f"    auth_request_set {variables[name]} $upstream_http_{name.lower().replace('-', '_')};\n" for name in given)
    sent = {name: variables.get(name, '""') for name in (*settings.owned, *OUR_WORDS)}
    return NGINX.format(
        kept=kept,
        upstream=settings.upstream or EXAMPLE_UPSTREAM,
        sent="".join(f"    proxy_set_header {name} {value};\n" for name, value in sent.items()),
        issuer=issuer,
        host=settings.host,
        checks="gapura_" + re.sub(r"[^a-z0-9]", "_", settings.host),
        address=hub.netloc if hub.port else f"{hub.netloc}:{443 if tls else 80}",
        inside=INSIDE,
        scheme=hub.scheme,
        hub=hub.netloc,
        named=f"    proxy_ssl_name {hub.hostname};\n" if tls else "",
        verified=VERIFIED if tls else "",
    )


WRITTEN: dict[str, Callable[[ForwardAuthSettings, str], str]] = {"nginx": nginx, "apache": apache, "caddy": caddy, "traefik": traefik}
