"""Explanations as the text that is kept with their execution, and back."""

from __future__ import annotations

import json
from typing import Final

from guilder.core.serialization import codec_of, encode_value
from guilder.trading.domain.explanation import Explanation

_CODEC: Final = codec_of(Explanation)


def text_of(explanation: Explanation) -> str:
    return encode_value(_CODEC, explanation)


def explanation_of(text: str) -> Explanation:
    """Raises `UnreadableEventError` for a text that was not made here."""
    explanation: Explanation = _CODEC.read(json.loads(text))
    return explanation
