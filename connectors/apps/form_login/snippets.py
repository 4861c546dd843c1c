"""What stands in the configuration of nginx before the bridge, written out for one connector. tests/peers runs it in a real nginx."""

from __future__ import annotations

from connectors.apps.form_login.settings import FormLoginSettings

EXAMPLE_BRIDGE = "http://127.0.0.1:8010"
NGINX = """\
client_max_body_size {most};

location / {{
    proxy_pass {bridge};   # no path here: the bridge must see the path as it came
    proxy_http_version 1.1;
    proxy_set_header Host {host};   # written out, never $http_host
    proxy_set_header Connection "";
    proxy_cache off;
    proxy_redirect off;
    proxy_connect_timeout 2s;
    proxy_read_timeout {seconds}s;
}}
"""


def nginx(settings: FormLoginSettings, bridge: str = EXAMPLE_BRIDGE) -> str:
    """Return what goes into the `server` block of the application's host. nginx waits longer than the bridge, which has a page to show."""
    return NGINX.format(bridge=bridge, host=settings.host, most=settings.most_request_bytes, seconds=round(settings.seconds * 4) + 10)
