"""What the evidence and the person name: links, letters, names, quotations and dates that a draft
may use."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cached_property

from assistant.evidence import Artifact, PassageEvidence, ToolEvidence
from assistant.grounding.asides import asides, stray_tokens, tokens
from assistant.grounding.fields import told
from assistant.grounding.figures import figures
from assistant.grounding.han_names import one_dot, strange_han_names
from assistant.grounding.legible import legible, strange_letters
from assistant.grounding.names import addresses, quotations, strange_names, urls
from assistant.grounding.subjects import COMMON
from assistant.reasons import Reason
from kb.texts.aliases import AliasTable
from kb.texts.folding import fold
from tools.gpus import find_gpus

_HOST = re.compile(r"([a-z0-9]+)\.(?:com|org|net|co)(?:\.[a-z]{2})?")


class Vocabulary:
    """All that a turn's evidence and the person's own words name."""

    def __init__(self, own: Sequence[str], aliases: AliasTable) -> None:
        self._own, self._aliases = own, aliases
        self._tools: dict[str, ToolEvidence] = {}
        self._passages: dict[str, PassageEvidence] = {}

    def learn(self, artifact: Artifact) -> None:
        """Add what a tool call returned."""
        self._tools[artifact.tool.id] = artifact.tool
        self._passages.update({passage.id: passage for passage in artifact.passages})
        cached = [
            name for name, kind in vars(type(self)).items() if isinstance(kind, cached_property)
        ]
        for name in cached:
            self.__dict__.pop(name, None)

    @cached_property
    def _raw(self) -> str:
        """Everything that may be named, as it is written."""
        parts = []
        for p in self._passages.values():
            said = " ".join(p.text[start:end] for start, end in p.statements())
            parts.append(" ".join(filter(None, (p.title, p.header, said, p.publisher, p.as_of))))
        parts += [json.dumps(told(tool), ensure_ascii=False) for tool in self._tools.values()]
        return "\n".join([*parts, *self._own])

    @cached_property
    def folded(self) -> str:
        """Everything that may be named, as it is judged and folded."""
        return one_dot("\n".join(fold(legible(line)) for line in self._raw.split("\n")))

    @cached_property
    def _addresses(self) -> str:
        """Where an address may come from: records, results, names of sources, the person. What an
        article says to open is not shown; its citation leads there."""
        parts = [fold(json.dumps(told(tool), ensure_ascii=False)) for tool in self._tools.values()]
        for p in self._passages.values():
            parts.append(fold(" ".join(filter(None, (p.title, p.publisher, p.url)))))
            if p.kind == "program":
                parts += [fold(p.text[start:end]) for start, end in p.statements()]
        return " ".join([*parts, *map(fold, self._own)])

    def _is_publisher(self, address: str) -> bool:
        """Whether an address is the bare host of a party that the evidence names by its alias, as
        a source may name a newspaper's edition (forbes.com.mx)."""
        host = _HOST.fullmatch(fold(address))
        return host is not None and self._aliases.group(host[1]) in self._groups

    @cached_property
    def _spoken(self) -> frozenset[str]:
        """The words of all evidence, folded."""
        return frozenset(re.findall(r"[a-z0-9]+", self.folded))

    @cached_property
    def _told_words(self) -> frozenset[str]:
        """The same without the person's own."""
        own = len("\n".join(self._own))
        return frozenset(re.findall(r"[a-z0-9]+", fold(self._raw[: len(self._raw) - own])))

    @cached_property
    def _groups(self) -> frozenset[str]:
        """The alias groups that all evidence names."""
        return frozenset(self._aliases.groups(self.folded))

    @cached_property
    def _tokens(self) -> set[str]:
        return tokens(self.folded)

    @cached_property
    def _asides(self) -> frozenset[str]:
        return frozenset().union(*(asides(line) for line in self.folded.split("\n")))

    @cached_property
    def _squeezed(self) -> str:
        return _squeeze(self.folded)

    def foreign(self, shown: str, text: str) -> Reason | None:
        """A link, letter, name, quotation or date that is in no evidence."""
        for url in urls(text):
            return Reason("link", url)
        for address in addresses(text):
            if fold(address) not in self._addresses and not self._is_publisher(address):
                return Reason("address", address)
        for letter in strange_letters(shown):
            if letter not in self._raw:
                return Reason("letter", letter)
        folded = one_dot(fold(text))
        for name in strange_names(text, self._is_known, self._is_together):
            return Reason("name", name)
        for name in strange_han_names(folded, self.folded, self._is_other_name):
            return Reason("name", name)
        for quotation in quotations(text):
            if _squeeze(fold(quotation)).rstrip("。，,.！!？?；;") not in self._squeezed:
                return Reason("quotation", quotation)
        for token in stray_tokens(text, figures(text)):
            if token.casefold().removesuffix("s") not in self._tokens:
                return Reason("figure", token)
        for aside in sorted(asides(folded) - self._asides):
            if aside[1:] in self._tokens and aside[0] == "#":
                continue  # the 48th month of a result that says 48
            return Reason("aside", aside.lstrip("#"))
        return None

    def _is_known(self, name: str) -> bool:
        """Whether the evidence or the person names this, or the same by another name."""
        folded = fold(name)
        if re.search(r"[^a-z0-9]", folded) and folded in self.folded:
            return True
        parts = re.findall(r"[a-z0-9]+", folded)
        single = len(name.split()) == 1 and all(map(self._is_spoken, parts))
        return single or self._is_other_name(name)

    def _is_spoken(self, word: str) -> bool:
        """Whether a word is among those of the evidence, B200 also as B200s or B200GB."""
        if word in self._spoken or not word[-1:].isdigit():
            return word in self._spoken
        return any(re.fullmatch(rf"{word}[a-z]{{1,2}}", each) for each in self._spoken)

    def _is_other_name(self, name: str) -> bool:
        group = self._aliases.group(name)
        if group is not None:
            return group in self._groups or group in COMMON
        dot = (folded := fold(name)).find("·")
        found = self._aliases.mentions(folded) if dot > 0 else []
        return any(start < dot < end and group in self._groups for start, end, group in found)

    def names_only_asked(self, text: str) -> bool:
        """Whether a text names somebody of whom the person alone speaks."""
        return any(strange_names(text, self._is_told, self._is_together))

    def _is_told(self, name: str) -> bool:
        parts = re.findall(r"[a-z0-9]+", fold(name))
        return bool(find_gpus(name)) or all(part in self._told_words for part in parts)

    def _is_together(self, first: str, second: str) -> bool:
        """Whether two words of a name may stand together: not the first name of one person with
        the last name of another."""
        if re.search(rf"{re.escape(first)}['’]?s?\W+{re.escape(second)}", self._raw, re.IGNORECASE):
            return True
        followers = re.findall(rf"(?<!\w){re.escape(first)} (\w)", self._raw)
        alone = re.search(rf"(?<!\w){re.escape(first)}(?! ?\w)", self._raw)
        return bool(alone) or not followers or any(not each.isupper() for each in followers)


def _squeeze(text: str) -> str:
    """A folded text without white space, with one kind of quotation mark and dash."""
    text = re.sub(r"[“”「」『』\"]", '"', re.sub(r"[‘’]", "'", text))
    return re.sub(r"\s|[*_]", "", re.sub(r"[–—−]", "-", text))
