"""Keeps secrets out of what people read: logs, error messages, `guilder config show`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

MASK: Final = "**********"

SECRET_NAMES: Final = frozenset(
    {
        "api_key",
        "apikey",
        "apca_api_secret_key",
        "authorization",
        "cookie",
        "database_url",
        "key_secret",
        "passphrase",
        "passwd",
        "password",
        "secret",
        "set_cookie",
        "smtp_url",
        "token",
        "webhook_secret",
    }
)

_SECRET_ENDINGS = ("_password", "_secret", "_token", "_api_key", "_secret_key")

# The last `@` ends the part before the host: passwords hold anything, and masking too much hurts nobody.
_USER_AND_PASSWORD = re.compile(r"(?<=://)([^\s/?#@:]*):\S*@")
_TOKEN_BEFORE_HOST = re.compile(r"(?<=://)[^\s/?#@:]+@")
_PARAMETER = re.compile(r"(?i)\b((?:api_?key|password|passwd|secret|token|access_token)=)[^&\s\"']+")
_MAY_HOLD_A_SECRET = re.compile(r"[=@\s]")
_CREDENTIALS = re.compile(r"(?i)\b(bearer|basic)\s+[\w\-.~+/=]{6,}")


def masked(text: str) -> str:
    """The text without passwords of addresses, secret parameters and credentials."""
    if not _MAY_HOLD_A_SECRET.search(text):
        return text
    if "://" in text and "@" in text:
        text = _USER_AND_PASSWORD.sub(rf"\1:{MASK}@", text)
        text = _TOKEN_BEFORE_HOST.sub(f"{MASK}@", text)
    if "=" in text:
        text = _PARAMETER.sub(rf"\1{MASK}", text)
    return _CREDENTIALS.sub(rf"\1 {MASK}", text)


@lru_cache(1024)
def is_secret_name(name: str) -> bool:
    """Whether a value of this name is never shown: `Authorization`, `stripe_api_key`, `new_password`."""
    plain = name.lower().replace("-", "_")
    return plain in SECRET_NAMES or plain.endswith(("_password", "_secret", "_token", "_api_key", "_secret_key"))
