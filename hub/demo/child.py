"""What the demonstration's own programs share: how they are told what to be, and how they answer on a socket they inherit."""

from __future__ import annotations

import json
import os
import socket
from typing import Any

import uvicorn
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp

from kit.web.assets import Assets
from kit.web.pages import Regency

VARIABLE = "_GAPURA_DEMO"
ASSETS = Assets()
REGENCY = Regency(demo=True)
CSP = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' {more}; frame-ancestors 'none'; base-uri 'none'"

PAGES = Environment(
    loader=PackageLoader("hub.demo"), autoescape=select_autoescape(default=True), undefined=StrictUndefined, trim_blocks=True
)

# What claims and headers are called on the pages of the demonstration's applications.
WORDS = {
    "name": "Nama",
    "nik": "NIK",
    "kecamatan": "Kecamatan",
    "phone_number": "Nomor HP",
    "birthdate": "Tanggal lahir",
    "gender": "Jenis kelamin",
    "bpjs_number": "Nomor BPJS",
    "nib": "NIB",
    "children": "Anak",
    "nip": "NIP",
    "unit_code": "Unit kerja",
    "position": "Jabatan",
    "work_email": "Surel dinas",
    "email": "Surel",
    "address": "Alamat",
}


def told() -> dict[str, Any]:
    """Return what the parent wrote into the environment; it is taken out, so that nothing started later inherits a secret."""
    values: dict[str, Any] = json.loads(os.environ.pop(VARIABLE))
    return values


def page(template: str, context: dict[str, Any], *, status: int = 200, form_target: str = "") -> HTMLResponse:
    html = PAGES.get_template(f"demo/{template}").render({"asset": ASSETS.url, "words": WORDS, "regency": REGENCY, **context})
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": CSP.format(more=form_target),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return HTMLResponse(html, status, headers=headers)


def answer(app: ASGIApp, descriptor: int) -> None:
    """Answer on the inherited socket until SIGTERM or SIGINT."""
    config = uvicorn.Config(app, access_log=False, log_level="warning", lifespan="off", server_header=False, proxy_headers=False)
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=descriptor)])
