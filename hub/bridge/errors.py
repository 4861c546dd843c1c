"""Why a request at the bridge ends with a page of ours.

BridgeError         `kind` is a message of templates/bridge/message.html, `status` the answer's
├── OlderDown       503  the older system does not answer, or is left alone for a while; `after` seconds until a new try has sense
├── OlderTooLarge   502  it answered more than is passed on, or in a coding that cannot be read within bounds
├── SignInUnclear   503  it said neither yes nor no to the credential
├── ServiceRefused  503  it refused the credential of the service: its agency must enter another
├── NotSent         409  the old session was over, so what she sent was not passed on; she is signed in again
└── Refused         4xx  a path, method, size or framing that is not let through
NeedsLink           not a page: she must enter her old user name and password first; `refused`: the ones kept were refused
"""

from __future__ import annotations


class BridgeError(Exception):
    kind = "broken"
    status = 500

    def __init__(self, reason: str = "", *, after: int = 0) -> None:
        """`reason` is for the log: static words, nothing received."""
        super().__init__(reason)
        self.reason = reason
        self.after = after


class OlderDown(BridgeError):
    kind = "down"
    status = 503


class OlderTooLarge(BridgeError):
    kind = "too_large_page"
    status = 502


class SignInUnclear(BridgeError):
    kind = "unclear"
    status = 503


class ServiceRefused(BridgeError):
    kind = "service_refused"
    status = 503


class NotSent(BridgeError):
    kind = "not_sent"
    status = 409


class Refused(BridgeError):
    def __init__(self, kind: str, status: int) -> None:
        super().__init__(kind)
        self.kind = kind
        self.status = status


class NeedsLink(Exception):
    def __init__(self, *, refused: bool) -> None:
        super().__init__("needs a link")
        self.refused = refused
