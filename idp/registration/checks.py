"""Whether a client may be as it is described: one list of rules, each a function with its section.

They judge the whole new state, never the change: what was refused yesterday is refused however it is reached (DC-09). CONSISTENT holds for
every client, whoever registers it: a program, the console, the API or the command line. PERMITTED adds what the policy of an initial
access token allows. OIDC Registration §2; RFC 7591 §2, §5.
"""

from __future__ import annotations

from collections.abc import Callable

from idp.applications.models import PROFILES
from idp.client_auth.signatures import ALGORITHMS as CLIENT_ALGORITHMS
from idp.keys.algorithms import CONTENT_ENCRYPTION, KEY_ENCRYPTION, SIGNING
from idp.registration.addresses import host_of, hostname_of, is_https, is_outside, origin_of, parts_of
from idp.registration.errors import Unfit, UnfitRedirectUri
from idp.registration.keysets import trouble_of
from idp.registration.names import MAX_NAME, hides_something
from idp.registration.state import State, called

BY_KEY = ("private_key_jwt", "self_signed_tls_client_auth")
BY_CERTIFICATE = ("tls_client_auth", "self_signed_tls_client_auth")
STRONG = ("private_key_jwt", *BY_CERTIFICATE)
STRONG_ALGORITHMS = frozenset(SIGNING) - {"RS256"}
FORMATS = ("opaque", "jwt")
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"


def auth_method_is_offered(state: State) -> None:
    """OIDC Core §9; RFC 8705 §2."""
    if state.client.auth_method not in state.offered.auth_methods:
        raise Unfit("token_endpoint_auth_method", "Cara bukti klien ini tidak tersedia.", "this way to authenticate is not offered")


def grants_are_offered(state: State) -> None:
    """Never the password grant. RFC 9700 §2.4."""
    if not state.client.grant_types or not state.client.grant_types <= state.offered.grants:
        raise Unfit("grant_types", "Pilih jenis grant yang tersedia.", "a grant type is not offered, or there is none")


def responses_fit_the_grants(state: State) -> None:
    """Code with its grant, and no other response type. RFC 7591 §2.1; RFC 9700 §2.1.2."""
    expected = {"code"} if "authorization_code" in state.client.grant_types else set()
    if set(state.response_types) != expected:
        raise Unfit(
            "response_types", "Jenis jawaban tidak cocok dengan grant.", "response_types does not fit grant_types; only code is offered"
        )


def refresh_belongs_to_a_person(state: State) -> None:
    """RFC 6749 §4.4.3: nothing is refreshed of a client's own."""
    if state.client.grant_types <= {"refresh_token", "client_credentials"} and "refresh_token" in state.client.grant_types:
        raise Unfit("grant_types", "Refresh token memerlukan grant lain.", "refresh_token needs a grant in which a person takes part")


def public_clients_act_for_people_alone(state: State) -> None:
    """Who proves nothing gets nothing of their own. RFC 6749 §4.4; RFC 8693 §2.1; DC-09."""
    if state.client.public and state.client.grant_types & {"client_credentials", TOKEN_EXCHANGE}:
        raise Unfit("grant_types", "Klien tanpa bukti tidak boleh memakai grant ini.", "a public client may not use this grant")


def redirect_uris_are_there(state: State) -> None:
    """OIDC Registration §2; at most twenty, none twice."""
    uris = state.client.redirect_uris
    if "authorization_code" in state.client.grant_types and not uris:
        raise UnfitRedirectUri("redirect_uris", "Isi alamat balik.", "give at least one redirect URI")
    if len(uris) > 20 or len(set(uris)) != len(uris):
        raise UnfitRedirectUri("redirect_uris", "Paling banyak 20 alamat, tanpa pengulangan.", "at most 20 redirect URIs, none twice")


def redirect_uris_are_exact_and_safe(state: State) -> None:
    """https; for a program on a device also loopback or a scheme of its own. RFC 9700 §2.1; RFC 8252 §7; DC-02."""
    for uri in state.client.redirect_uris:
        if not state.may_receive(uri):
            raise UnfitRedirectUri(
                "redirect_uris",
                "Alamat harus lengkap, diawali https://, tanpa tanda bintang dan tanpa tanda #.",
                "a redirect URI must be https, without fragment, user name or wildcard; http only for a native client on loopback",
            )


def sign_out_uris_are_safe(state: State) -> None:
    """OpenID RP-Initiated Logout §3.1."""
    if len(state.client.post_logout_redirect_uris) > 20 or not all(state.may_receive(u) for u in state.client.post_logout_redirect_uris):
        raise Unfit(
            "post_logout_redirect_uris", "Alamat harus lengkap dan diawali https://.", "must be https, without fragment or user name"
        )


def keys_are_given_one_way(state: State) -> None:
    """By value or by reference, not both. OIDC Registration §2."""
    if state.client.jwks is not None and state.client.jwks_uri is not None:
        raise Unfit("jwks_uri", "Pilih satu: JWKS atau alamat JWKS.", "give jwks or jwks_uri, not both")


def keys_are_public_and_strong(state: State) -> None:
    """No private part, no short key, each kid once. RFC 7517 §4, §5; OIDC Registration §2."""
    trouble = trouble_of(state.client.jwks) if state.client.jwks is not None else ""
    if trouble:
        raise Unfit("jwks", "Tempel kunci umum berbentuk JWKS, tanpa bagian rahasia.", trouble)


def keys_are_there_for_what_needs_them(state: State) -> None:
    """OIDC Core §9; RFC 9101 §10.5; RFC 8705 §2.2."""
    client = state.client
    needed = client.auth_method in BY_KEY or client.request_object_alg or client.id_token_encryption or client.userinfo_encryption
    if needed and client.jwks is None and client.jwks_uri is None:
        raise Unfit("jwks", "Klien ini memerlukan kunci: isi JWKS atau alamatnya.", "this needs keys of the client: give jwks or jwks_uri")


def what_we_fetch_or_call_is_outside(state: State) -> None:
    """https, and never an address of our own network, by number or by name. DC-03, DC-11."""
    for param, uri in called(state.client):
        if not is_outside(uri, state.offered.allow) or uri in state.inside:
            raise Unfit(param, "Alamat harus https:// dan berada di internet umum.", "must be https on a public address")


def frontchannel_page_is_the_clients_own(state: State) -> None:
    """Same scheme, host and port as a redirect URI. OpenID Front-Channel Logout §2."""
    uri = state.client.frontchannel_logout_uri
    if uri is None:
        return
    if not state.may_receive(uri) or origin_of(uri) not in {origin_of(one) for one in state.client.redirect_uris}:
        raise Unfit(
            "frontchannel_logout_uri", "Host harus sama dengan salah satu alamat balik.", "must be https at the origin of a redirect URI"
        )


def third_party_login_starts_over_https(state: State) -> None:
    """OIDC Core §4; OIDC Registration §2."""
    uri = state.client.initiate_login_uri
    if uri is not None and not (is_https(uri) or state.is_on_this_machine(uri)):
        raise Unfit("initiate_login_uri", "Alamat mulai masuk harus https://.", "must be https")


def links_are_https(state: State) -> None:
    """What people are shown as a link. OIDC Registration §2; never `javascript:` (UI-04)."""
    for param in ("client_uri", "policy_uri", "tos_uri", "logo_uri"):
        uri = getattr(state.client, param)
        if uri is not None and not (is_https(uri.partition("#")[0]) and parts_of(uri)):
            raise Unfit(param, "Tautan harus lengkap dan diawali https://.", "must be https, without user name")


def sector_lists_every_redirect_uri(state: State) -> None:
    """OIDC Core §8.1; OIDC Registration §5."""
    if state.client.sector_identifier_uri is not None and not set(state.client.redirect_uris) <= state.listed:
        raise Unfit(
            "sector_identifier_uri",
            "Berkas sektor tidak memuat semua alamat balik.",
            "the document must list every redirect URI as one JSON array",
        )


def name_is_readable(state: State) -> None:
    """No control or direction-changing character, and short. RFC 7591 §5; DC-06."""
    if len(state.client.name) > MAX_NAME or hides_something(state.client.name):
        raise Unfit(
            "client_name", "Nama paling panjang 120 huruf, tanpa tanda tak terlihat.", "at most 120 characters, none of them invisible"
        )


def what_we_sign_is_offered(state: State) -> None:
    """OIDC Registration §2; RFC 9701 §6; JARM §3. Never `none`."""
    client = state.client
    asked = {
        "id_token_signed_response_alg": client.id_token_alg,
        "userinfo_signed_response_alg": client.userinfo_alg,
        "authorization_signed_response_alg": client.authorization_alg,
        "introspection_signed_response_alg": client.introspection_alg,
    }
    for param, alg in asked.items():
        if alg not in SIGNING and (alg or param == "id_token_signed_response_alg"):
            raise Unfit(param, "Algoritma ini tidak tersedia.", "this algorithm is not offered")


def what_the_client_signs_is_accepted(state: State) -> None:
    """OIDC Registration §2; RFC 8725 §3.1. Never `none`, never a shared secret."""
    for param, alg in (
        ("token_endpoint_auth_signing_alg", state.client.token_auth_alg),
        ("request_object_signing_alg", state.client.request_object_alg),
    ):
        if alg and alg not in CLIENT_ALGORITHMS:
            raise Unfit(param, "Algoritma ini tidak diterima.", "this algorithm is not accepted")


def what_we_encrypt_is_offered(state: State) -> None:
    """OIDC Registration §2. RSA1_5 is not (JW-11)."""
    for param, pair in (
        ("id_token_encrypted_response_alg", state.client.id_token_encryption),
        ("userinfo_encrypted_response_alg", state.client.userinfo_encryption),
    ):
        if pair is not None and (pair[0] not in KEY_ENCRYPTION or pair[1] not in CONTENT_ENCRYPTION):
            raise Unfit(param, "Enkripsi ini tidak tersedia.", "this encryption is not offered")


def subjects_are_pairwise(state: State) -> None:
    """OIDC Core §8: another sub for every sector."""
    if state.client.subject_type != "pairwise":
        raise Unfit("subject_type", "Hanya pairwise yang tersedia.", "only pairwise is offered")


def certificate_is_named(state: State) -> None:
    """Exactly one name of the certificate. RFC 8705 §2.1.2."""
    if (state.client.auth_method == "tls_client_auth") != bool(state.client.tls_subject):
        raise Unfit("tls_client_auth_subject_dn", "Isi nama sertifikat klien.", "tls_client_auth needs exactly one name of the certificate")


def profile_is_known(state: State) -> None:
    if state.client.profile not in PROFILES or state.client.access_token_format not in FORMATS:
        raise Unfit("profile", "Pilih salah satu dari daftar.", "choose one of the list")


def fapi_clients_prove_themselves_with_keys(state: State) -> None:
    """FAPI 2.0 Security Profile §5.3.2.1."""
    if state.client.fapi and state.client.auth_method not in STRONG:
        raise Unfit("token_endpoint_auth_method", "Profil FAPI meminta kunci, bukan rahasia.", "FAPI needs private_key_jwt or mutual TLS")


def fapi_tokens_are_bound(state: State) -> None:
    """FAPI 2.0 Security Profile §5.3.2.1: by DPoP or by certificate."""
    if state.client.fapi and not (state.client.dpop_bound or state.client.tls_bound):
        raise Unfit("dpop_bound_access_tokens", "Profil FAPI meminta token terikat kunci.", "FAPI needs tokens bound by DPoP or mutual TLS")


def fapi_algorithms_are_strong(state: State) -> None:
    """FAPI 2.0 Security Profile §5.4.1: PS256, ES256, EdDSA; RS256 is out."""
    client = state.client
    used = {client.id_token_alg, client.userinfo_alg, client.authorization_alg, client.introspection_alg} - {""}
    if client.fapi and not used | ({client.token_auth_alg, client.request_object_alg} - {""}) <= STRONG_ALGORITHMS | {"Ed25519"}:
        raise Unfit("id_token_signed_response_alg", "Profil FAPI tidak memakai RS256.", "FAPI does not use RS256")


def fapi_clients_come_by_the_browser(state: State) -> None:
    """FAPI 2.0 Security Profile §5.3.2.2: only by requests that are pushed, which those of a device are not."""
    if state.client.fapi and DEVICE in state.client.grant_types:
        raise Unfit("grant_types", "Profil FAPI tidak memakai grant perangkat.", "FAPI does not use the device grant")


def pkce_is_optional_only_for_the_baseline(state: State) -> None:
    """The exemption of ADR 4: a confidential client, no FAPI profile. RFC 9700 §2.1.1."""
    if state.client.pkce_optional and (state.client.public or state.client.fapi):
        raise Unfit("pkce_optional", "PKCE wajib untuk klien ini.", "PKCE is needed of public clients and under FAPI")


def resources_are_named_whole(state: State) -> None:
    """Absolute, without fragment. RFC 8707 §2."""
    parts = [parts_of(one) for one in state.client.resources]
    if any(part is None or not part.scheme or part.fragment for part in parts):
        raise Unfit("resources", "Tulis alamat sumber data lengkap, tanpa tanda #.", "a resource is an absolute URI without fragment")


def exchange_names_known_clients(state: State) -> None:
    """RFC 8693 §5: who may act towards this audience is named, one by one."""
    if not state.client.exchange_from <= state.snapshot.clients.keys() - {state.client.client_id}:
        raise Unfit("exchange_from", "Ada klien yang tidak dikenal.", "a client is not known")


def max_age_is_a_duration(state: State) -> None:
    age = state.client.default_max_age
    if age is not None and not 0 <= age <= 366 * 86400:
        raise Unfit("default_max_age", "Isi jumlah detik, nol atau lebih.", "must be seconds, zero or more")


CONSISTENT: tuple[Callable[[State], None], ...] = (
    auth_method_is_offered,
    grants_are_offered,
    responses_fit_the_grants,
    refresh_belongs_to_a_person,
    public_clients_act_for_people_alone,
    redirect_uris_are_there,
    redirect_uris_are_exact_and_safe,
    sign_out_uris_are_safe,
    keys_are_given_one_way,
    keys_are_public_and_strong,
    keys_are_there_for_what_needs_them,
    what_we_fetch_or_call_is_outside,
    frontchannel_page_is_the_clients_own,
    third_party_login_starts_over_https,
    links_are_https,
    sector_lists_every_redirect_uri,
    name_is_readable,
    what_we_sign_is_offered,
    what_the_client_signs_is_accepted,
    what_we_encrypt_is_offered,
    subjects_are_pairwise,
    certificate_is_named,
    profile_is_known,
    fapi_clients_prove_themselves_with_keys,
    fapi_tokens_are_bound,
    fapi_algorithms_are_strong,
    fapi_clients_come_by_the_browser,
    pkce_is_optional_only_for_the_baseline,
    resources_are_named_whole,
    exchange_names_known_clients,
    max_age_is_a_duration,
)


def application_is_open_and_the_policys(state: State) -> None:
    """A client belongs to where the operator said, and nowhere else (DC-07)."""
    policy, application = state.policy, state.snapshot.applications.get(state.client.application)
    assert policy is not None
    fits = application is not None and (application.id == policy.application if policy.application else application.agency == policy.agency)
    if not fits or not state.snapshot.usable(state.client.application):
        raise Unfit("software_id", "Aplikasi tidak dikenal.", "software_id must name an application that this token is for")


def scopes_are_permitted(state: State) -> None:
    """RFC 7591 §2; DC-07."""
    assert state.policy is not None
    if not state.client.scopes or not state.client.scopes <= state.policy.scopes:
        raise Unfit("scope", "Lingkup di luar yang diizinkan.", "a scope is outside the policy of the initial access token")


def grants_are_permitted(state: State) -> None:
    assert state.policy is not None
    if not state.client.grant_types <= state.policy.grant_types:
        raise Unfit("grant_types", "Grant di luar yang diizinkan.", "a grant type is outside the policy of the initial access token")


def auth_method_is_permitted(state: State) -> None:
    assert state.policy is not None
    if state.client.auth_method not in state.policy.auth_methods:
        raise Unfit("token_endpoint_auth_method", "Cara bukti di luar yang diizinkan.", "outside the policy of the initial access token")


def redirect_hosts_are_permitted(state: State) -> None:
    """Exact hosts; a program on a device answers itself on loopback. DC-02."""
    assert state.policy is not None
    for uri in (*state.client.redirect_uris, *state.client.post_logout_redirect_uris):
        if is_https(uri) and host_of(uri) not in state.policy.redirect_hosts:
            raise UnfitRedirectUri(
                "redirect_uris", "Host di luar yang diizinkan.", "a host is outside the policy of the initial access token"
            )


def redirect_hosts_are_one_sector(state: State) -> None:
    """Several hosts need a document that holds them together; else which of them would the subject belong to? OIDC Core §8.1."""
    hosts = {hostname_of(uri) for uri in state.client.redirect_uris if is_https(uri)}
    if len(hosts) > 1 and state.client.sector_identifier_uri is None:
        raise Unfit("sector_identifier_uri", "Beberapa host memerlukan berkas sektor.", "redirect URIs of several hosts need one")


def what_only_operators_give_is_the_policys(state: State) -> None:
    """Profile, exemption and audiences come from the policy, whatever was asked (DC-07)."""
    client, policy = state.client, state.policy
    assert policy is not None
    if client.profile != policy.profile or (client.pkce_optional and not policy.pkce_optional) or client.resources or client.exchange_from:
        raise Unfit("profile", "Hanya operator yang dapat mengatur ini.", "only an operator may set this")


PERMITTED: tuple[Callable[[State], None], ...] = (
    application_is_open_and_the_policys,
    scopes_are_permitted,
    grants_are_permitted,
    auth_method_is_permitted,
    redirect_hosts_are_permitted,
    redirect_hosts_are_one_sector,
    what_only_operators_give_is_the_policys,
)


def judge(state: State) -> None:
    """Raise the first Unfit, or return."""
    for rule in CONSISTENT:
        rule(state)
    if state.policy is not None:
        for rule in PERMITTED:
            rule(state)
