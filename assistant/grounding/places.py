"""Where in a sentence its figures and names stand, told by the words on either side.

A draft that repeats a source's sentence may put a figure or a name of it into the place of another:
all that it names is then held by the evidence, and none of it is true.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from assistant.grounding.figures import Figure
from assistant.grounding.polarity import LIGHT
from assistant.grounding.subjects import Subjects
from kb.texts.folding import fold
from tools.quantities import Unit, supports

_FIRST = 0xE000
"""Private characters stand for figures while the text around them is folded."""
_TOKEN = re.compile(r"[\ue000-\ue0ff]|[a-z0-9]+(?:[.'-][a-z0-9]+)*|[一-鿿]|[^\s\w]")
_NAME, _FIGURE = _SIGNS = ("@", "#")
_FREQUENT = frozenset(
    "from up into out over under per each about more most least than get gets".split()
)
_LISTED = re.compile(r"[\s,、，/]*(?:and|or|to|和|与|及|或|至|到|[-–~])?\s*")
_LIGHT_HAN = frozenset("的了着是在于与和及或、，")
_DROPPED = LIGHT | _FREQUENT | _LIGHT_HAN
_LONGEST = 10
"""Weight of words on one side that is looked at: five words, or ten Chinese characters."""
_ENOUGH = 4
"""So much of another place's words is that place: two words, or four Chinese characters."""
_MORE = 3
"""And so much more than of the place where it belongs."""
_COUNTS = (Unit.COUNT, Unit.GPUS)
_DATED = (Unit.YEAR, Unit.DATE)


@dataclass(frozen=True, slots=True)
class Place:
    """A figure or a party at a token of a sentence."""

    at: int
    figure: Figure | None = None
    party: str = ""


class Places:
    """The words of a sentence, with one sign for each figure, name, or list of these."""

    def __init__(self, text: str, found: Sequence[Figure], subjects: Subjects) -> None:
        marked, end = [], 0
        found = found[:200]
        for n, figure in enumerate(found):
            marked += [text[end : figure.quantity.start], f" {chr(_FIRST + n)} "]
            end = figure.quantity.end
        folded = fold("".join([*marked, text[end:]]))
        named = {start: (stop, party) for start, stop, party in subjects.mentions(folded, text)}
        self._tokens: list[str] = []
        self.places: list[Place] = []
        last, signed = 0, 0
        for match in _TOKEN.finditer(folded):
            word = match.group()
            if match.start() < last:
                continue
            if match.start() in named:
                last, party = named[match.start()]
                at = self._sign(_NAME, folded[signed : match.start()])
                self.places.append(Place(at, party=party))
                signed = last
            elif word >= chr(_FIRST) and ord(word) < _FIRST + len(found):
                at = self._sign(_FIGURE, folded[signed : match.start()])
                self.places.append(Place(at, figure=found[ord(word) - _FIRST]))
                signed = match.end()
            elif word[0].isalnum() and word not in _DROPPED:
                self._tokens.append(word)

    @cached_property
    def words(self) -> frozenset[str]:
        """All words that are no figure and no name."""
        return frozenset(self._tokens)

    def _sign(self, sign: str, between: str) -> int:
        """The place of a sign; members of a list have one place, whatever their order."""
        if self._tokens[-1:] != [sign] or not _LISTED.fullmatch(between):
            self._tokens.append(sign)
        return len(self._tokens) - 1

    def beside(self, at: int) -> set[tuple[int, tuple[str, ...], frozenset[object]]]:
        """The next figure or name on either side of a place, and the words up to it."""
        found = set()
        for step in (-1, 1):
            end = at + step
            while 0 <= end < len(self._tokens) and self._tokens[end] not in _SIGNS:
                end += step
            if 0 <= end < len(self._tokens):
                words = tuple(self._tokens[at + step : end : step])
                found.add((step, words, self._values[end]))
        return found

    @cached_property
    def _values(self) -> dict[int, frozenset[object]]:
        told: dict[int, set[object]] = {}
        for place in self.places:
            value = place.figure.quantity.value if place.figure else place.party
            told.setdefault(place.at, set()).add(value)
        return {at: frozenset(values) for at, values in told.items()}

    def likeness(self, at: int, other: Places, there: int) -> int:
        """How much of the words around one place is around another one too."""
        total = 0
        for step in (-1, 1):
            side = 0
            one, two = at + step, there + step
            while (
                side < _LONGEST
                and 0 <= one < len(self._tokens)
                and 0 <= two < len(other._tokens)
                and self._tokens[one] == other._tokens[two]
            ):
                word = self._tokens[one]
                side += 0 if word in _SIGNS else 2 if len(word) > 1 else 1
                one, two = one + step, two + step
            total += side
        return total


def misplaced(said: Places, source: Places, same_party: Callable[[str, str], bool]) -> str | None:
    """A figure or name of `said` that stands where `source` has another one, None if there is none.
    What goes with a party (`same_party`) may stand for it in a sentence that does not tell the two
    apart."""
    parties = {place.party for place in source.places}
    for place in said.places:
        if place.party in source.words:  # opens the sentence, where a capital says nothing
            continue
        here, elsewhere = 0, 0
        for held in source.places:
            if (held.figure is None) != (place.figure is None):
                continue
            alike = said.likeness(place.at, source, held.at)
            kin = place.party not in parties and same_party(held.party, place.party)
            if _is_same(held, place) or kin:
                here = max(here, alike)
                if said.beside(place.at) & source.beside(held.at):
                    break  # both went to another place together
            elif _may_stand_for(held, place):
                elsewhere = max(elsewhere, alike)
        else:
            if elsewhere >= _ENOUGH and elsewhere >= here + _MORE:
                return place.figure.text if place.figure else place.party
    return None


def _is_same(held: Place, said: Place) -> bool:
    if held.figure and said.figure:
        return supports(held.figure.quantity, said.figure.quantity)
    return held.party == said.party


def _may_stand_for(held: Place, said: Place) -> bool:
    """Whether one could have been put in the place of the other: figures of one unit."""
    if held.figure is None or said.figure is None:
        return True
    one, two = held.figure.quantity.unit, said.figure.quantity.unit
    return one is two or any(one in kind and two in kind for kind in (_COUNTS, _DATED))
