"""What a search is about, decided from its words and the connector's settings alone. RFC 4511 §4.5; LD-05, LD-06, LD-09."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.apps.ldap import dn, filters
from connectors.apps.ldap.messages import Result, Search
from connectors.apps.ldap.settings import LdapSettings
from connectors.directory import Found

CLASSES = ("top", "person", "organizationalPerson", "inetOrgPerson")
ITSELF, BELOW, SUBTREE, DESCENDANTS = range(4)
Entry = Mapping[str, tuple[str, Sequence[str]]]  # by name in lower case: the name as written, the values


@dataclass(frozen=True, slots=True)
class People:
    """Whoever has one of these exact values: attribute and value."""

    keys: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Base:
    """The name itself below which people stand."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """Names nobody: an answer without entries."""


@dataclass(frozen=True, slots=True)
class Not:
    """Refused, and why."""

    code: Result
    text: str


def about(search: Search, settings: LdapSettings) -> People | Base | Nothing | Not:
    """Return whom the search names. People are never listed: whoever asks must know one exact value of each."""
    asked, base = dn.parse(search.base), dn.normal_of(settings.base_dn)
    name = dn.normal(asked)
    if name == base:
        if search.scope == ITSELF:
            return Base()
        keys = filters.keys(search.filter, settings.keys)
        return People(keys) if keys is not None else Not(Result.UNWILLING, f"name one person by an exact {' or '.join(settings.keys)}")
    if name[1:] == base and len(name[0]) == 1 and name[0][0][0] == "uid":
        return People((("uid", asked[0][0][1]),)) if search.scope in (ITSELF, SUBTREE) else Nothing()
    return Not(Result.INSUFFICIENT_ACCESS, "outside of what this name may read")


def name_of(found: Found, settings: LdapSettings) -> str:
    return f"uid={dn.escaped(found.uid)},{settings.base_dn}"


def entry_of(found: Found) -> Entry:
    """Return the person as an entry: what was released and mapped, and what she is."""
    told = {one.name.lower(): (one.name, (one.value,)) for one in found.emissions}
    return {"objectclass": ("objectClass", CLASSES), **told}


def base_entry(settings: LdapSettings) -> Entry:
    ((attribute, value),) = dn.parse(settings.base_dn)[0]
    return {"objectclass": ("objectClass", ("top", "organizationalUnit")), attribute: (attribute, (value,))}


def fits(search: Search, entry: Entry) -> bool:
    """True when the filter is true of the entry; Undefined is not enough."""
    return filters.fits(search.filter, {name: values for name, (_, values) in entry.items()}) is True


def chosen(search: Search, entry: Entry) -> Entry:
    """Return those attributes of the entry that were asked for. RFC 4511 §4.5.1.8."""
    wanted = {name.lower() for name in search.attributes}
    return entry if not wanted or "*" in wanted else {name: pair for name, pair in entry.items() if name in wanted}


def claims_judged(search: Search, found: Found) -> frozenset[str]:
    """Return the claims on which it depends whether the filter is true of this person."""
    names = filters.named(search.filter)
    return frozenset(one.claim for one in found.emissions if one.name.lower() in names) - {"sub"}


def claims_told(search: Search, found: Found, told: Entry) -> frozenset[str]:
    """Return the claims that the answer gives away: in attributes, in the name itself, and by the filter being true."""
    names = {"uid", *(() if search.types_only else told), *filters.named(search.filter)}
    return frozenset(one.claim for one in found.emissions if one.name.lower() in names) - {"sub"}
