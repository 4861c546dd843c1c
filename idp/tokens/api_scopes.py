"""Scopes of our own APIs, and the audience that a token must be for. They release no claim: what they open is asked of the API.

What a citizen lets an application do with her record is agreed to like data: the notice of its service names the scope among its claims,
the ledger keeps it, and withdrawing it ends it. A program's scope is about no one person, so nobody is asked.
"""

from __future__ import annotations

READ_RECORD = "izin:baca"
WITHDRAW = "izin:tarik"
RECORD_SCOPES = frozenset({READ_RECORD, WITHDRAW})
ASK_PROCESSING = "pemrosesan:baca"
API_SCOPES = RECORD_SCOPES | {ASK_PROCESSING}
RECORD_PATH = "/api/izin"
PROCESSING_PATH = "/api/pemrosesan"
