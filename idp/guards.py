"""The names of the guards (kit.expiring) under which sessions, codes and tokens live. Moving one ends everything made under it."""

from __future__ import annotations


def person(person_id: str) -> str:
    """Account disabled, locked, closed, password changed, signed out everywhere."""
    return f"person:{person_id}"


def session(session_id: str) -> str:
    """This session ended, or its content (permits, auth_time) changed owner-visibly."""
    return f"session:{session_id}"


def permit(person_id: str, application: str) -> str:
    """What this person allows this application: consent given, changed, withdrawn or expired; grants revoked."""
    return f"permit:{person_id}:{application}"


def application(application_id: str) -> str:
    """The application, its client or its connector was disabled or changed; or its agency suspended."""
    return f"app:{application_id}"


def grant(grant_id: str) -> str:
    """One grant was revoked: by RFC 7009, by code replay, by reuse of a refresh token."""
    return f"grant:{grant_id}"


def directory(person_id: str, connector: str) -> str:
    """The passwords that this person has for one system that asks the directory."""
    return f"directory:{person_id}:{connector}"
