"""The site of one connector in a Caddyfile. tests/peers runs it in Debian's Caddy."""

from __future__ import annotations

from connectors.apps.forward_auth.settings import EXAMPLE_UPSTREAM, OUR_WORDS, ForwardAuthSettings
from connectors.apps.forward_auth.spellings import other_spellings

CADDY = """\
{site} {{
    route {{   # in this order: Caddy sorts directives otherwise
        @gapura path /_gapura/kembali /_gapura/keluar
        reverse_proxy @gapura {issuer} {{
            header_up Host {{upstream_hostport}}
            header_up X-Gapura-Host {host}
        }}

{stripped}
        forward_auth {issuer} {{
            uri /gerbang/periksa
            header_up Host {{upstream_hostport}}
            header_up -Connection
            header_up -Upgrade
            header_up X-Gapura-Host {host}   # written out, never {{host}}
            header_up X-Gapura-Method {{method}}
            header_up X-Gapura-Uri {{uri}}
            copy_headers {given}
            transport http {{
                dial_timeout 2s
                response_header_timeout 5s
            }}
        }}
{emptied}
        reverse_proxy {upstream} {{
{removed}        }}
    }}
}}
"""


def caddy(settings: ForwardAuthSettings, issuer: str) -> str:
    """Return the whole site. What is not shared comes as an empty header, which is removed: absent, not empty."""
    stripped = [spelled for name in settings.owned for spelled in (name, *other_spellings(name))]
    emptied = "".join(
        f"        @kosong{number} header_regexp {name} ^$\n        request_header @kosong{number} -{name}\n"
        for number, name in enumerate(settings.given)
    )
    return CADDY.format(
        site=settings.base_url if settings.base_url.startswith("http:") else settings.host,
        issuer=issuer,
        host=settings.host,
        stripped="".join(f"        request_header -{name}\n" for name in stripped),
        given=" ".join(settings.given),
        emptied=emptied,
        upstream=settings.upstream or EXAMPLE_UPSTREAM,
        removed="".join(f"            header_up -{name}\n" for name in OUR_WORDS),
    )
