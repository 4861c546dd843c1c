"""What keeps a client from being as it was described. `param` is the member of RFC 7591; the text tells operators and developers."""

from __future__ import annotations

from collections.abc import Mapping


class Unfit(Exception):
    """`code` is the OAuth error of registration; the console shows `text` beside the field. RFC 7591 §3.2.2."""

    code = "invalid_client_metadata"

    def __init__(self, param: str, indonesian: str, english: str) -> None:
        super().__init__(f"{param}: {english}")
        self.param = param
        self.text: Mapping[str, str] = {"id": indonesian, "en": english}


class UnfitRedirectUri(Unfit):
    code = "invalid_redirect_uri"


class UnfitStatement(Unfit):
    """A software statement: we accept none. RFC 7591 §3.2.2."""

    code = "unapproved_software_statement"
