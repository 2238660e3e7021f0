"""What every index of a home is made and searched with, loaded when it is first needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from functools import cached_property
from pathlib import Path

from kb import starter
from kb.aliases import AliasTable
from kb.centring import centres
from kb.embedders import Embedder, Vectors, load_embedder
from kb.home import Home
from kb.vectors import VectorCache


class Equipment:
    """The alias table, the embedder, the vectors that are known and the question centres.

    `chosen` is the name or folder of a model, an `Embedder`, or None for the bundled one.
    """

    def __init__(
        self, home: Home, chosen: str | Embedder | None, note: Callable[[str], None]
    ) -> None:
        self._home = home
        self._chosen = chosen
        self._note = note

    @cached_property
    def aliases(self) -> AliasTable:
        """The bundled alias table with the home's own words."""
        own = [self._home.aliases] if self._home.aliases.is_file() else []
        return AliasTable.load(starter.ALIASES, *own)

    @cached_property
    def embedder(self) -> Embedder:
        """The embedder that was chosen."""
        if self._chosen is None or isinstance(self._chosen, str):
            return load_embedder(self._chosen, self._note)
        return self._chosen

    @cached_property
    def cache(self) -> VectorCache:
        """The vectors that came with the package or were computed here."""
        return VectorCache(self._home.vectors, self._bundle, self._note)

    def apart(self, folder: Path) -> Equipment:
        """The same, but with new vectors kept in `folder`: to try something out beside the home."""
        other = copy(self)
        target = folder / "vectors.db"
        self.cache.copy(target)
        other.__dict__["embedder"] = self.embedder
        other.__dict__["cache"] = VectorCache(target, self._bundle, self._note)
        return other

    @cached_property
    def centres(self) -> Mapping[str, Vectors]:
        """The question centres of the embedder (`kb.centring`)."""
        if self._bundle.fingerprint == self.embedder.fingerprint and self._bundle.centres:
            return self._bundle.centres
        return centres(self.embedder)

    @cached_property
    def _bundle(self) -> starter.BundledVectors:
        return starter.BundledVectors()
