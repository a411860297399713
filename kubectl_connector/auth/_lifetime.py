"""How long a credential that is made on demand is to live, for the methods that make one."""

from __future__ import annotations

from collections.abc import Mapping

from kubectl_connector.auth.interface import Field
from kubectl_connector.durations import parse_span
from kubectl_connector.errors import UsageError
from kubectl_connector.model.field import TOKENS

DURATION = "duration"


def duration_field() -> Field:
    """The field, with the same words in each method: it is one option."""
    return Field(
        DURATION,
        "how long a short-lived credential is to live, such as 30m, 8h or 1d",
        required=False,
        group=TOKENS,
        metavar="TIME",
        question="How long a credential is to live (such as 1h; empty: the server's own time)",
    )


def seconds_of(values: Mapping[str, str], least: int = 1) -> int | None:
    """The duration in seconds; None where nothing is said.

    Raises UsageError for what is no time, and for one under ``least`` seconds.
    """
    text = values.get(DURATION)
    if not text:
        return None
    try:
        seconds = int(parse_span(text).total_seconds())
    except ValueError as error:
        raise UsageError(f"--duration: {error}", "give a number with s, m, h or d") from None
    if not least <= seconds <= _LONGEST:
        shortest = f"{least // 60} minutes" if least >= 60 else f"{least} s"
        raise UsageError(
            f'--duration "{text}" is not between {shortest} and {_LONGEST // 86_400} days',
            "clusters give no shorter life, and may give less than what is asked for",
        )
    return seconds


_LONGEST = 10 * 365 * 86_400


def names_in(option: str, text: str | None) -> tuple[str, ...]:
    """The names in a list with commas; UsageError for an empty one, and one with blanks."""
    names = tuple(text.split(",")) if text else ()
    if any(not name or name != name.strip() for name in names):
        raise UsageError(
            f'{option} "{text}" is not a list of names',
            f"repeat the option, or write commas and no blanks: {option} a,b",
        )
    return names
