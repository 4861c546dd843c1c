"""The protocol's own words. Brokers compare them letter by letter, and their HTTP library throws at 4xx: errors are 200 too."""

from __future__ import annotations

import json
from collections.abc import Mapping

from connectors.contract import Answer

NO_KEY = "Missing session key from broker."
NOT_READ = "Invalid session id"
NOT_PROVEN = "Checksum failed: Client IP address may have changed"  # no address is looked at here: this is how they say "wrong secret"
NOT_ATTACHED = "There is no saved session data associated with the broker session id."
NOT_VERIFIED = "User not authenticated. Session ID: not verified"
SIGNED_OUT = "User has been successfully logged out."


def told(body: Mapping[str, object]) -> Answer:
    return Answer(200, {"Content-Type": "application/json", "Cache-Control": "no-store"}, json.dumps(body))


def error(phrase: str) -> Answer:
    return told({"error": phrase})
