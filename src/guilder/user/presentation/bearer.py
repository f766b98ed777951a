"""The header in which session tokens come."""

from __future__ import annotations


def bearer_token(authorization: str) -> str:
    """The token in `Bearer <token>`; empty when the header says anything else."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
