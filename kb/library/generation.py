"""The library of named versions of its sources: what an answer of an earlier time was made from."""

from __future__ import annotations

from collections.abc import Mapping

from kb.library.fixed import FixedView
from kb.library.layers import Held, Library, bundled


class Generation(FixedView):
    """Exactly these versions, for founders. What the history no longer has, or founders may no
    longer see, is left out."""

    def __init__(self, library: Library, versions: Mapping[str, str]) -> None:
        super().__init__(library)
        self._versions = dict(sorted(versions.items()))

    def _find(self) -> dict[str, Held]:
        found = {source_id: self._version(source_id, v) for source_id, v in self._versions.items()}
        return {source_id: held for source_id, held in found.items() if held is not None}

    def _version(self, source_id: str, version: str) -> Held | None:
        held = bundled(source_id)
        if held is None or held.source.version != version:
            kept = self._library.history.source(source_id, version)
            held = None if kept is None else self._library.version(source_id, kept.kind, version)
        return held if held is not None and self._present.is_open(held) else None
