"""Lines of a source that read like instructions to an assistant: staff look at them."""

from __future__ import annotations

from collections.abc import Iterator

from kb.texts.orders import addresses_machine


def suspicious_lines(text: str) -> Iterator[tuple[int, str]]:
    """Number (from 1) and text of each line that reads like an instruction to an assistant, in
    English or in Chinese of either script. No such line is evidence (see `kb.texts.orders`)."""
    for number, line in enumerate(text.splitlines(), 1):
        if addresses_machine(line):
            yield number, line
