"""Settings of a `saml` connector: what the service provider's metadata says, reduced to what is needed, and what it shall receive.

`metadata.import_metadata` fills in everything but `attributes`. No metadata is read again when a person signs in.
"""

from __future__ import annotations

import re
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from connectors.apps.saml.certificates import ends_at, key_of, plain
from connectors.mapping import Row
from connectors.paths import origin

FROZEN = ConfigDict(frozen=True, extra="forbid")
SOON_SECONDS = 30 * 86_400
ENTITY_ID = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,20}:[!-~]{1,1000}")
URL = re.compile(r"https?://[!-~]{1,1000}")
FORBIDDEN_IN_URL = set("\"<>\\^`{|}#@'")
ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what no XML may hold
CODE = re.compile(r"[^=,]{1,100}=[^=,]{1,100}")
END, MOST_TEXT = "-----END CERTIFICATE-----", 100_000
NameId = Literal["persistent", "transient", "email"]


def location(value: str) -> str:
    """Return an address of the service provider; raise ValueError for one that is not https or can be read in two ways."""
    if not URL.fullmatch(value) or FORBIDDEN_IN_URL & set(value):
        raise ValueError("must be an absolute https address without fragment or user name")
    parts = urlsplit(value)
    origin(f"{parts.scheme}://{parts.netloc}")
    return value


class Acs(BaseModel):
    """Where a signed answer goes: an AssertionConsumerService with the HTTP-POST binding."""

    model_config = FROZEN

    url: str = Field(description="Address, compared character for character")
    binding: Literal["post"] = Field("post", description="HTTP-POST; answers are never put into an address")
    index: int = Field(0, ge=0, le=65_535, description="What a request may name it by")
    default: bool = Field(False, description="Taken when a request names none")

    _url = field_validator("url")(location)

    @field_validator("index", mode="before")
    @classmethod
    def _none_is_the_first(cls, value: object) -> object:
        return 0 if value == "" else value


class Slo(BaseModel):
    """Where the service provider is told about sign-out, and where its own sign-outs are answered."""

    model_config = FROZEN

    url: str = Field(description="Address for requests")
    binding: Literal["redirect", "post", "soap"] = Field(description="How it is reached: by the browser, or from server to server (soap)")
    response_url: str = Field("", description="Address for our answers, when it is another one")

    _url = field_validator("url")(location)

    @field_validator("response_url")
    @classmethod
    def _may_be_empty(cls, value: str) -> str:
        return location(value) if value else ""


class Attribute(Row):
    """A row whose field is a SAML attribute: `urn:oid:2.5.4.12`, or a plain name as old software wants it."""

    field: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_.:/#-]{0,199}$", description="Name of the attribute")
    friendly_name: str = Field("", pattern=r"^[A-Za-z0-9_.-]{0,64}$", description="FriendlyName: a comment for people, read by no program")
    codes: str = Field(
        "", max_length=8_000, description="SETDA=EO-01, DINKES=EO-05: our value=theirs; a value that is not listed is not sent"
    )

    @field_validator("codes")
    @classmethod
    def _are_pairs(cls, value: str) -> str:
        if value and not all(CODE.fullmatch(one.strip()) for one in value.split(",")):
            raise ValueError("must be value=code, with commas between")
        return value

    def sent(self, value: str) -> str:
        """Return what is sent for this value of ours; empty: nothing."""
        known = dict(one.strip().split("=") for one in self.codes.split(",") if one)
        return known.get(value, "") if known else value


class SamlSettings(BaseModel):
    """One service provider. `entity_id` is its name, and the one audience of what it gets."""

    model_config = FROZEN

    entity_id: str = Field(description="entityID of the service provider")
    acs: tuple[Acs, ...] = Field(min_length=1, max_length=32, description="Where answers may go; nothing else is an address for them")
    slo: tuple[Slo, ...] = Field((), max_length=8, description="Where it is told about sign-out; empty: it cannot be told")
    signing_certificates: tuple[str, ...] = Field((), max_length=8, description="Certificates (PEM or base64) of the keys it signs with")
    encryption_certificate: str = Field(
        "", description="Certificate (PEM or base64) of the key that answers are encrypted for; empty: they are not"
    )
    key_transport: Literal["rsa-oaep-sha256", "rsa-oaep-mgf1p"] = Field(
        "rsa-oaep-sha256", description="How the key is encrypted: rsa-oaep-mgf1p for software that knows only XML Encryption 1.0"
    )
    requests_signed: bool = Field(True, description="Requests without a signature are refused")
    sign_response: bool = Field(False, description="Sign the whole response too; the assertion in it always is")
    name_id: NameId = Field("persistent", description="How a person is named when a request does not say: persistent, transient or email")
    email_claim: Literal["email", "work_email"] = Field(
        "email", description="With name_id email: which address; it must have been released"
    )
    attributes: tuple[Attribute, ...] = Field((), max_length=60, description="Which attribute carries which claim")
    unsolicited: bool = Field(True, description="The portal's tile may bring a person without a request of the service provider")
    start_url: str = Field(
        "", description="Page of the application that begins sign-in, for the portal's tile; empty: the tile brings an answer"
    )
    relay_state: str = Field("", max_length=512, description="RelayState that goes with an answer nobody asked for")

    @field_validator("entity_id")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        if not ENTITY_ID.fullmatch(value) or any(mark in value for mark in "\"<>'\\ "):
            raise ValueError("must be an absolute URI")
        return value

    @field_validator("start_url")
    @classmethod
    def _is_a_page(cls, value: str) -> str:
        return location(value) if value else ""

    @field_validator("signing_certificates", mode="before")
    @classmethod
    def _one_by_one(cls, value: object) -> object:
        """Put together again what a form split at line ends: a PEM certificate has many lines."""
        if isinstance(value, list | tuple) and any("-----BEGIN" in str(one) for one in value):
            text = "\n".join(str(one) for one in value)[:MOST_TEXT]
            return [f"{one}{END}" for one in text.split(END) if one.strip()]
        return value

    @field_validator("signing_certificates")
    @classmethod
    def _are_certificates(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(plain(one) for one in value))

    @field_validator("encryption_certificate")
    @classmethod
    def _holds_an_rsa_key(cls, value: str) -> str:
        if not value:
            return ""
        body = plain(value)
        if not hasattr(key_of(body), "encrypt"):
            raise ValueError("must hold an RSA key")
        return body

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.requests_signed and not self.signing_certificates:
            raise ValueError("requests_signed needs signing_certificates: without one no signature can be checked")
        if len({one.index for one in self.acs}) != len(self.acs) or len({one.url for one in self.acs}) != len(self.acs):
            raise ValueError("acs: an index or an address stands twice")
        if sum(one.default for one in self.acs) > 1:
            raise ValueError("acs: one at most is the default")
        if len({one.binding for one in self.slo}) != len(self.slo):
            raise ValueError("slo: a binding stands twice")
        if len({one.field for one in self.attributes}) != len(self.attributes):
            raise ValueError("attributes: an attribute is mapped twice")
        return self

    @property
    def default_acs(self) -> Acs:
        """SAML Metadata §2.4.4: the one marked as default, else the first."""
        return next((one for one in self.acs if one.default), self.acs[0])

    def slo_by(self, *bindings: str) -> Slo | None:
        """Return where it is reached by the first of these bindings that it has."""
        return next((one for binding in bindings for one in self.slo if one.binding == binding), None)


def certificate_warnings(settings: SamlSettings, now: int) -> list[tuple[str, int]]:
    """Return (field, when it ends in seconds UTC) of each certificate that is past its date or will be within 30 days."""
    own = [(f"signing_certificates.{place}", body) for place, body in enumerate(settings.signing_certificates)]
    if settings.encryption_certificate:
        own.append(("encryption_certificate", settings.encryption_certificate))
    return [(name, ends_at(body)) for name, body in own if ends_at(body) < now + SOON_SECONDS]
