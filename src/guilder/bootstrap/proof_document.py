"""The proof of the books as one document, for machines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pydantic import BaseModel

from guilder.core.wire import decimal_text
from guilder.published.proof import Equation, Finding

MOST_TOLD: Final = 5
"""Faults that one check tells in full."""


class FigureResponse(BaseModel):
    """One equation with its figures; `difference` is "0" when both sides are the same."""

    of: str
    left: str
    right: str
    difference: str

    @classmethod
    def from_equation(cls, equation: Equation) -> FigureResponse:
        left, right, difference = map(decimal_text, (equation.left, equation.right, equation.difference))
        return cls(of=equation.of, left=left, right=right, difference=difference)


class CheckResponse(BaseModel):
    """One promise: `claim` says what its two sides are, `detail` what was looked at, or the rows that are wrong."""

    name: str
    ok: bool
    detail: str
    claim: str
    looked_at: str
    figures: list[FigureResponse]

    @classmethod
    def from_finding(cls, finding: Finding) -> CheckResponse:
        return cls(
            name=finding.name,
            ok=finding.ok,
            detail=_detail(finding),
            claim=finding.claim,
            looked_at=finding.looked_at,
            figures=[FigureResponse.from_equation(equation) for equation in finding.equations],
        )


class ProofResponse(BaseModel):
    """Whether the books are right, promise by promise."""

    ok: bool
    checks: list[CheckResponse]

    @classmethod
    def from_findings(cls, findings: Sequence[Finding]) -> ProofResponse:
        checks = [CheckResponse.from_finding(finding) for finding in findings]
        return cls(ok=all(check.ok for check in checks), checks=checks)


def _detail(finding: Finding) -> str:
    if finding.ok:
        return finding.looked_at
    if not finding.faults:
        return "the figures differ"
    told = list(finding.faults[:MOST_TOLD])
    return "; ".join(told if len(finding.faults) == len(told) else [*told, "and more"])
