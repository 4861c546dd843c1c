"""The provider's settings: one frozen slice, read once by hub/settings.py and passed in. All durations are seconds."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class IdpSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    code_seconds: int = Field(60, ge=5, le=60, description="Life of an authorization code")
    pushed_request_seconds: int = Field(60, ge=5, le=600, description="Life of a pushed authorization request (RFC 9126)")
    pushed_per_minute: int = Field(
        3000, ge=10, description="Pushed requests of one client per minute; of a public one, from one address 60"
    )
    device_code_seconds: int = Field(600, ge=60, le=600, description="Life of a device code and its user code (RFC 8628)")
    device_interval_seconds: int = Field(5, ge=1, le=60, description="Least seconds between two questions of a device")
    access_token_seconds: int = Field(600, ge=60, le=900, description="Life of an opaque access token")
    jwt_access_token_seconds: int = Field(300, ge=60, le=300, description="Life of a JWT access token, which others verify alone")
    dpop_nonce_seconds: int = Field(300, ge=30, le=3600, description="Window of a DPoP nonce; it is good in its own and the next")
    jwks_refresh_seconds: int = Field(10, ge=1, le=60, description="Least time between two looks at a client's jwks_uri for a new key")
    id_token_seconds: int = Field(300, ge=60, le=3600, description="Life of an ID token")
    refresh_seconds: int = Field(30 * 86400, ge=3600, le=90 * 86400, description="Absolute life of a refresh-token family")
    refresh_retry_seconds: int = Field(10, ge=0, le=10, description="Window in which a repeated refresh gets the same successor")
    session_seconds: int = Field(12 * 3600, ge=900, description="Absolute life of a session on a shared phone")
    session_idle_seconds: int = Field(3600, ge=300, description="A session unused for this long ends")
    own_device_seconds: int = Field(30 * 86400, ge=3600, le=30 * 86400, description="Life of an AAL1 session on one's own phone")
    aal2_seconds: int = Field(86400, ge=900, le=86400, description="Absolute life of the second step")
    interaction_seconds: int = Field(1800, ge=1200, description="Life of a sign-in page and what it leads to (UX C-16)")
    return_context_seconds: int = Field(86400, ge=3600, description="How long a finished page still says that it is finished")
    hashing_threads: int = Field(2, ge=1, le=64, description="Threads for Argon2id")
    hashing_queue: int = Field(64, ge=1, description="Waiting password checks before 503")
    argon2_memory_kib: int = Field(19456, ge=7168, description="Argon2id memory")
    argon2_time: int = Field(2, ge=1, description="Argon2id passes")
    slow_after: int = Field(5, ge=1, description="Failures of one account before guesses slow down")
    lock_after: int = Field(10, ge=2, le=100, description="Failures before the page says when to try again")
    lock_seconds: int = Field(900, ge=60, description="How long an account then waits")
    address_tries: int = Field(20, ge=1, description="Sign-in tries of one address per minute")
    min_password: int = Field(12, ge=8, description="Least characters of a password that stands alone")
    key_rotation_seconds: int = Field(
        90 * 86400, ge=2 * 86400, le=400 * 86400, description="A signing key signs for this long, then the next follows"
    )
    key_retirement_seconds: int = Field(
        31 * 86400, ge=86400, description="A former key stays published for this long, for tokens and hints"
    )
    sandbox_code: str = Field("", description="Demo only: the code that stands for every second factor")
