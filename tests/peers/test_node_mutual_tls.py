"""openid-client proves itself with a certificate over our own TLS, and gets tokens that are bound to it."""

from __future__ import annotations

import json
import subprocess

from tests.peers.programs import HERE, program
from tests.peers.test_client_certificates import Papers, direct, papers
from tests.servers import missing
from tests.site import Live

FIXTURES = (direct, papers)  # pytest finds them by these names


def test_openid_client_with_a_certificate(papers: Papers, direct: Live) -> None:
    if not (HERE / "node" / "node_modules" / "openid-client").is_dir():
        missing("openid-client (npm ci in tests/peers/node)")
    given = {
        "issuer": direct.issuer,
        "clientId": "by-subject",
        "folder": str(papers.folder),
        "certificate": "antrean",
        "thumbprint": papers.thumbprint("antrean"),
    }
    command = [program("node"), str(HERE / "node" / "run.js"), "mutual-tls", "bound"]
    done = subprocess.run(command, input=json.dumps(given) + "\n", capture_output=True, text=True, timeout=60, cwd=HERE / "node")
    said = json.loads(done.stdout.splitlines()[-1])
    assert "done" in said, f"{said}\n{done.stderr}"
