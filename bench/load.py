"""Load on any OpenID provider, found by discovery alone: sign in through its forms, then let wrk repeat one kind of work on core 1."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import urllib.parse
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench.formdriver import Browser

VERIFIER = "bench-verifier-0123456789-0123456789-0123456789-abc"
MODES = ("flow", "authorize", "userinfo", "introspect", "client_credentials", "get")
CLIENT_ID = "bench"
SECRET = "bench-secret-bench-secret-bench-secret"
REDIRECT = "https://rp.example/cb"


@dataclass(frozen=True)
class Row:
    """What wrk saw. `rate` is whole flows a second in mode `flow`, else requests a second."""

    rate: float
    p99_ms: float
    wrong: int
    sample: str


def _path(url: str) -> str:
    parts = urllib.parse.urlsplit(url)
    return parts.path + ("?" + parts.query if parts.query else "")


def sign_in(issuer: str, answers: dict[str, str]) -> dict[str, str]:
    """Sign in once and return what the wrk script needs, as environment variables."""
    metadata = httpx.get(issuer + "/.well-known/openid-configuration").json()
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
    query = {
        "client_id": CLIENT_ID,
        "response_type": "code",
        "scope": "openid profile email",
        "redirect_uri": REDIRECT,
        "state": "s",
        "nonce": "n",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    authorize = metadata["authorization_endpoint"] + "?" + urllib.parse.urlencode(query)
    browser = Browser()
    answer = urllib.parse.parse_qs(urllib.parse.urlsplit(browser.walk(authorize, answers, REDIRECT)).query)
    if "code" not in answer:
        raise RuntimeError(f"no code from {issuer}: {answer}")
    basic = base64.b64encode(f"{CLIENT_ID}:{SECRET}".encode()).decode()
    grant = {"grant_type": "authorization_code", "code": answer["code"][0], "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
    tokens = httpx.post(metadata["token_endpoint"], headers={"Authorization": "Basic " + basic}, data=grant).json()
    claims = httpx.get(metadata["userinfo_endpoint"], headers={"Authorization": "Bearer " + tokens["access_token"]}).json()
    if not claims.get("name") or not claims.get("email"):
        raise RuntimeError(f"{issuer} gave no name and e-mail: the work would not be the same")
    return {
        "COOKIE": browser.cookie_header(authorize),
        "BASIC": basic,
        "AUTHORIZE": _path(authorize),
        "TOKEN": _path(metadata["token_endpoint"]),
        "USERINFO": _path(metadata["userinfo_endpoint"]),
        "INTROSPECT": _path(metadata["introspection_endpoint"]),
        "ACCESS": tokens["access_token"],
        "VERIFIER": VERIFIER,
        "REDIRECT": urllib.parse.quote(REDIRECT, safe=""),
        "GETPATH": _path(metadata["jwks_uri"]),
    }


def measure(issuer: str, variables: dict[str, str], mode: str, *, seconds: int, connections: int = 16) -> Row:
    """Repeat one kind of work for the seconds and return what was seen."""
    return run_wrk(issuer, "flow.lua", {**variables, "MODE": mode}, seconds=seconds, connections=connections)


def run_wrk(url: str, script: str, variables: dict[str, str], *, seconds: int, connections: int = 16) -> Row:
    """Let wrk run a script of this folder on core 1 and return what it saw; `rate` is flows where the script counts them."""
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "10s"]
    command += ["-s", str(Path(__file__).parent / script), url]
    out = subprocess.run(command, check=False, env={**os.environ, **variables}, capture_output=True, text=True).stdout
    row = re.search(r"RESULT rps=(\S+) flows_per_s=(\S+) p50_ms=\S+ p99_ms=(\S+) wrong=(\d+) socket_errors=(\d+) ?(.*)", out)
    if row is None:
        raise RuntimeError(f"wrk said: {out[-400:]}")
    rate = float(row[2] if variables.get("MODE") == "flow" else row[1])
    return Row(rate, float(row[3]), int(row[4]) + int(row[5]), row[6])
