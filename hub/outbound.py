"""The outbound clients of a process, with what the settings let them reach and trust."""

from __future__ import annotations

import ssl
from functools import cache, partial

import httpx

from hub.settings import OutboundSettings, SettingsError
from kit.outbound import Lanes, client


def trusted(ca_file: str) -> ssl.SSLContext:
    """Return what outbound TLS trusts: the machine's authorities, and those of the file."""
    made = ssl.create_default_context()
    if ca_file:
        made.load_verify_locations(ca_file)
    return made


def outbound(settings: OutboundSettings) -> httpx.AsyncClient:
    """Return the client; raise SettingsError when the file of authorities cannot be used."""
    if settings.ca_file:
        try:
            trusted(settings.ca_file)
        except OSError as error:  # ssl.SSLError is one
            raise SettingsError(f"outbound.ca_file: {settings.ca_file} holds no certificates that can be read") from error
    return client(allow=settings.allow, verify=lambda: trusted(settings.ca_file))


def lanes(settings: OutboundSettings) -> Lanes:
    """Return the clients for older APIs, one for each connector. What is trusted is read once for all of them, when the first is called."""
    verify = cache(partial(trusted, settings.ca_file))
    return Lanes(lambda at_once: client(allow=settings.allow, verify=verify, at_once=at_once))
