"""Secrets that Guilder makes itself are long and random, so a plain hash keeps them; only hashes are stored."""

from __future__ import annotations

from hashlib import sha256
from hmac import compare_digest


def hash_of(secret: str) -> bytes:
    """The SHA-256 of a token or key; not for passwords, which people choose."""
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()


def is_secret_of(secret: str, secret_hash: bytes) -> bool:
    """Whether the hash is that of the secret; takes the same time for each wrong one."""
    return compare_digest(hash_of(secret), secret_hash)
