"""Whom a text speaks of, so that a figure of one is not told of another."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from assistant.grounding.names import is_ordinary, proper_names
from kb.texts.aliases import AliasTable
from kb.texts.folding import fold
from tools.gpus import find_gpus

# Groups of the starter's alias table that name papers, which tell of deals and are no party to one.
PAPERS = frozenset(
    """
    the-information forbes time-magazine financial-times new-york-times wall-street-journal
    wallstreetcn pitchbook bloomberg jiazi
    """.split()
)
# Those and the groups that name things and trades.
COMMON = PAPERS | frozenset(
    """
    gpu chip h100 tpu rtx-4090 gh200 gb200 ascend compute cluster cloud data-center server credits
    free-trial rent on-demand reserved spot price
    free below-market shortage hoard queue training fine-tuning inference large-model token startup
    fund broker accelerator portfolio equity valuation funding-round pre-seed seed-round convertible
    warrant dilution revenue revenue-share profit-share earnings profit bubble investment round-trip
    loan collateral interest-rate depreciation antitrust exclusive apply eu researcher grant
    value-add time-dilation utilization
    """.split()
)
_TONGUES = frozenset({"chinese", "english"})
_CODE = re.compile(r"[A-Z]{0,4}\d|Series$|AI$|ML$|SXM|PCIe|HGX|DGX|NVLink")


class Subjects:
    """Finds the parties that a text names, by their group in the alias table if they have one."""

    def __init__(self, aliases: AliasTable) -> None:
        self._aliases = aliases
        self._kin: dict[str, set[str]] = {}
        self._known: set[str] = set()
        self._seen: dict[str, tuple[str, ...]] = {}

    def named(self, text: str) -> tuple[str, ...]:
        """The parties in a text, in the order in which they are named, the last mention counts."""
        if text not in self._seen:
            self._seen[text] = self._named(text)
        return self._seen[text]

    def _named(self, text: str) -> tuple[str, ...]:
        folded = fold(text)
        last = {group: at for at, group in self._aliases.places(folded) if group not in COMMON}
        inner = proper_names(text)
        for name in proper_names(text, initial=True):
            if name not in inner and fold(name) not in self._known:
                continue  # the capital may only open the sentence
            if fold(name) in _TONGUES:
                continue
            if (
                not (_CODE.match(name) or (name.isupper() and len(name) < 6))
                and self._aliases.group(name) is None
            ):
                last.setdefault(fold(name), folded.rfind(fold(name)))
        return tuple(sorted(last, key=lambda name: (last[name], name)))

    def mentions(self, folded: str, text: str) -> list[tuple[int, int, str]]:
        """(start, end, party) of each mention in `folded` of the parties and papers that `text`
        names."""
        named = self.named(text)
        told = PAPERS.union(named)
        found = [each for each in self._aliases.mentions(folded) if each[2] in told]
        taken = {at for start, end, _ in found for at in range(start, end)}
        for name in named:
            for match in re.finditer(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", folded):
                if match.start() not in taken:
                    found.append((*match.span(), name))
        return sorted(found)

    def learn(self, title: str, text: str, *, program: bool) -> None:
        """Remember the names that a source uses; the title of a `program` is its name."""
        names = {*proper_names(text), *proper_names(title)}
        opening = proper_names(title, initial=True)
        names.update(name for name in opening if program or not is_ordinary(name))
        self._known.update(fold(name) for name in names)
        self._seen.clear()

    def join(self, names: Iterable[str]) -> None:
        """Take these for one party: a program and who runs it."""
        group = set(names)
        for name in group:
            self._kin.setdefault(name, set()).update(group)

    def same(self, one: Iterable[str], other: Iterable[str]) -> bool:
        """Whether two lists of parties have one in common, or one that goes with it."""
        theirs = set(other)
        return any(name in theirs or self._kin.get(name, set()) & theirs for name in one)

    def nearest(self, text: str, start: int, end: int) -> tuple[str, ...]:
        """The party that `text[start:end]` is said of: the last one named before it, else those
        behind it."""
        return self.named(text[:start])[-1:] or self.named(text[end:])


@lru_cache(maxsize=8192)
def families(text: str) -> frozenset[str]:
    """The families of GPUs that a text names."""
    return frozenset(mention.gpu.family for mention in find_gpus(text))
