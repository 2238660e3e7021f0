"""Who is asked about, and who did what to whom: the names of a question against a sentence.

A sentence says yes only of the parties that it speaks of, in the parts that the question gives
them: that Nvidia invested in CoreWeave does not make CoreWeave an investor in Nvidia.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from assistant.builtin.wording import is_misspelled
from assistant.grounding.names import proper_names
from kb.texts.aliases import AliasTable
from kb.texts.folding import fold

# Groups of the alias table that name things of the trade and publishers, nobody who acts.
TRADE = frozenset(
    "gpu chip h100 tpu rtx-4090 gh200 gb200 ascend compute cluster cloud data-center server "
    "credits free-trial rent on-demand reserved spot price free below-market demand supply sell "
    "railroad rare-earth shortage hoard queue training fine-tuning inference large-model token "
    "startup fund broker accelerator portfolio equity valuation funding-round pre-seed seed-round "
    "convertible warrant dilution chief-executive revenue revenue-share profit-share earnings "
    "profit bubble investment round-trip loan collateral interest-rate depreciation antitrust "
    "exclusive apply eu researcher grant value-add time-dilation utilization ai-factories "
    "the-information forbes time-magazine financial-times new-york-times wall-street-journal "
    "wallstreetcn pitchbook bloomberg jiazi".split()
)
# Names of a house and of what it is known by.
_KIN = (
    frozenset({"google", "google-cloud"}), frozenset({"amazon", "aws", "activate"}),
    frozenset({"microsoft", "azure"}), frozenset({"a16z", "oxygen"}),
    frozenset({"alt-capital", "generate"}), frozenset({"andromeda", "nat-friedman"}),
    frozenset({"andromeda", "daniel-gross"}), frozenset({"nvidia", "inception"}),
    frozenset({"eurohpc", "ai-factories"}), frozenset({"xai", "elon-musk"}),
)  # fmt: skip
_NO_PARTY = frozenset("series ceo faq vc ai us eu url org id gpu gpus api".split())
_OFFICE = re.compile(
    r"\b(?:ceo|chief executive(?: officer)?|(?:co-?)?founder|chair\w*|president|vice president|"
    r"partner|professor|heads?(?= of))\b"
    r"|首席(?:执行|运行)官|创始人|董事长|总裁|主席|合伙人|教授"
)
_ONE_HOLDER = re.compile(r"\b(?:ceo|chief executive|heads?)\b|首席(?:执行|运行)官|董事长|总裁")
_RELATED = re.compile(
    r"\b(?:brothers?|sisters?|siblings?|relat\w+|married|wife|husband|sons?|daughters?|friends?)\b"
    r"|兄弟|哥哥|弟弟|姐|妹|夫妻|亲戚|亲属|父|母|朋友"
)
_OF_OFFICE = re.compile(
    r"^[^,.;，。；]{0,28}?\b(?:of|at|for|in|with)\b[^,.;，。；]{0,20}$|^[^,.;，。；]{0,14}$"
)
_PART = re.compile(r"; |, | and | while |[；，]|(?<=[^0-9])、")
_BESIDES = re.compile(r"\b(?:other than|besides|apart from|except)\b|以外|之外")
_BY = re.compile(r"^\W*(?:\w+\W+){0,3}?by\W+(?:the \w+ )?$")


_OF_HOUSE = re.compile(r"^(?:,? [^,;]{0,30})? ?\b(?:of|at|from) |^,[^,;]{0,40} (?:of|at) ")
_WHICH = re.compile(r"^[^.;]{0,30}\b(?:which|whom|that)\b")


@dataclass(frozen=True)
class _Act:
    """What one does to another; `converse` are words that say it from the other's side, `single`
    where only one can have done it."""

    said: re.Pattern[str]
    converse: re.Pattern[str] | None = None
    single: bool = False


def _act(said: str, converse: str | None = None, *, single: bool = False) -> _Act:
    return _Act(re.compile(said), re.compile(converse) if converse else None, single)


_ACTS = (
    _act(r"\b(?:lead|leads|led|leading|head|heads|headed)\b(?! time)|领投|执掌|领导", single=True),
    _act(r"\b(?:run|runs|operates?|operated)\b(?! (?:on|for|out|in))|运营|经营", single=True),
    _act(
        r"\b(?:invest\w*|back(?:s|ed|er|ing)?|stakes?|shares?|owns?|owned|holds?|held|"
        r"puts?|receiv\w+)\b|投资|注资|入股|持有|持股|占股|股权|股份|拥有"
    ),
    _act(r"\b(?:lend(?:s|er|ing)?|lent)\b|出借|借给|放贷|发放", r"\bborrow\w*|借款|借入|借了"),
    _act(r"\b(?:buys?|buying|bought|acquir\w+|purchas\w+)\b|收购|购买|购入|买"),
    _act(r"\b(?:pays?|paid|paying|payments?)\b|支付|付给|付费"),
    _act(r"\b(?:valued?|valuing|values|valuation)\b|估值", single=True),
    _act(r"\b(?:train(?:s|ed)?)\b"),
    _act(r"\b(?:became|become)\b|成为|变成"),
)
_OTHERS = re.compile(r"\bothers?\b(?: [a-z]+){0,2}|别家|其他(?:风投|基金|机构|投资)")
_OTHER = "(others)"


class Parties:
    """The parties of a question, ready to be held against sentences."""

    def __init__(
        self, text: str, claim: str, aliases: AliasTable, own: Collection[str] = ()
    ) -> None:
        """`claim` is what the question `text` asks about, folded, without what only opens it; `own`
        are the names of the programs that the question is about, which a sentence of
        their records need not repeat."""
        self._aliases = aliases
        self._text = claim
        self._asked = self._found(self._text)
        self._groups = {group for _, _, group in self._asked}
        self._asks_office = bool(_OFFICE.search(self._text) and not _RELATED.search(self._text))
        inside = " ".join(self._text[start:end] for start, end, _ in self._asked)
        self._unknown = [
            name
            for name in map(fold, proper_names(text))
            if name not in inside
            and name not in _NO_PARTY
            and len(name) > 1
            and name[0].isalpha()
            and not aliases.groups(name)
            and not any(name in fold(each) for each in own)
        ]

    def told(self, sentence: str, around: str) -> bool | None:
        """Whether a sentence, with the heading `around` it, speaks of the parties in the parts
        that they are asked about; false where it gives the part to another; None where it
        does not tell."""
        text = fold(sentence)
        found = self._found(text)
        if _BESIDES.search(self._text) and not _BESIDES.search(text):
            return None
        if self._asks_office:
            held = self._office(text, found)
            if not held:
                return held
        else:
            outcomes = [
                self._done(act, text, found)
                for act in _ACTS
                if act.said.search(self._text) or (act.converse and act.converse.search(self._text))
            ]
            decided = [each for each in outcomes if each is not True]
            if False in decided:
                return False
            if decided:
                return None
        return True if self._all_named(text, found, fold(around)) else None

    def without_others(self, clauses: Sequence[str]) -> list[str]:
        """The clauses of a sentence but for those that speak of other parties only, where another
        clause speaks of those of the question."""
        named = [{group for _, _, group in self._found(clause)} for clause in clauses]
        mine = [any(_same(g, own) for g in groups for own in self._groups) for groups in named]
        if not any(mine):
            return list(clauses)
        return [
            clause
            for clause, groups, own in zip(clauses, named, mine, strict=True)
            if own or not groups
        ]

    def own_part(self, sentence: str) -> str:
        """The part of a sentence that tells of the parties, where the other parts that hold figures
        tell of others; else the whole sentence."""
        parts = [part for part in _PART.split(sentence) if re.search(r"\d", part)]
        mine = [part for part in parts if self._is_of_mine(part)]
        others = [part for part in parts if part not in mine]
        if len(mine) != 1 or not others:
            return sentence
        strange = [bool(self._found(fold(p)) or proper_names(f"x {p}")) for p in others]
        return mine[0] if all(strange) else sentence

    def _is_of_mine(self, part: str) -> bool:
        text = fold(part)
        return any(group in self._groups for _, _, group in self._found(text)) or any(
            name in text for name in self._unknown
        )

    def _all_named(self, text: str, found: Sequence[tuple[int, int, str]], around: str) -> bool:
        here = {group for _, _, group in found}
        strangers = {g for g in here if not any(_same(g, mine) for mine in self._groups)}
        near = set() if strangers else {g for _, _, g in self._found(around)}
        for group in self._groups:
            if not any(_same(group, each) for each in (*here, *near)):
                return False
        return all(
            name in text or is_misspelled(name, text) or (not strangers and name in around)
            for name in self._unknown
        )

    def _office(self, text: str, found: Sequence[tuple[int, int, str]]) -> bool | None:
        """Whether the office asked about is held as asked; None where the sentence gives none."""
        unique = _ONE_HOLDER.search(self._text)
        here = {group for _, _, group in found} & self._groups
        outcome: bool | None = None
        for match in _OFFICE.finditer(text):
            after = next(((s, g) for s, _, g in found if s >= match.end()), None)
            before = [(e, g) for _, e, g in found if e <= match.start()][-1:]
            beside = (
                [g for s, g in [after] if _OF_OFFICE.match(text[match.end() : s])] if after else []
            )
            beside += [g for e, g in before if len(text[e : match.start()].strip("'’s的 ,a")) < 2]
            if all(group in self._groups for group in beside):
                outcome = True if beside or outcome is not False else outcome
            elif here and (unique or len(here) < len(self._groups)):
                return False
        return outcome

    def _done(self, act: _Act, text: str, found: Sequence[tuple[int, int, str]]) -> bool | None:
        """Whether the sentence has the act done by and to those of the question."""
        wanted = next(_deeds(act, self._text, self._asked), None)
        if wanted is None or wanted[0] is None:
            return True
        agent, patients = wanted
        others = (
            [(m.start(), m.end(), _OTHER) for m in _OTHERS.finditer(text)] if act.single else []
        )
        deeds = list(_deeds(act, text, sorted([*found, *others])))
        if not deeds:
            return None if any(not _same(agent, each) for each in patients) else True
        if not act.single and not patients - {agent}:
            return True
        distinct = {each for each in self._groups if not _same(each, agent)}
        named = {group for _, _, group in found}
        outcome: bool | None = True if all(doer is None for doer, _ in deeds) else None
        for doer, to in deeds:
            if doer is None:
                continue
            meets = any(_same(each, other) for each in distinct for other in to)
            if _same(doer, agent):
                if meets or not distinct:
                    return True
                if outcome is None and (act.single or not distinct & named):
                    outcome = True
            elif doer in distinct and any(_same(agent, each) for each in to):
                outcome = False
            elif act.single and any(_same(each, other) for each in distinct for other in named):
                outcome = False
        return outcome

    def _found(self, folded: str) -> list[tuple[int, int, str]]:
        """Where parties stand in a folded text: start, end, group."""
        return [
            (start, start + self._length(folded, start), group)
            for start, group in self._aliases.places(folded)
            if group not in TRADE
        ]

    def _length(self, folded: str, start: int) -> int:
        """How long the name is that begins there."""
        words = re.match(r"[\w·-]+(?: [\w·-]+){0,3}", folded[start:])
        whole = words.group() if words else folded[start : start + 1]
        for end in range(len(whole), 0, -1):
            if self._aliases.group(whole[:end]):
                return end
        return len(whole)


def _same(one: str, other: str) -> bool:
    return one == other or any({one, other} <= kin for kin in _KIN)


def _deeds(
    act: _Act, text: str, found: Sequence[tuple[int, int, str]]
) -> Iterator[tuple[str | None, set[str]]]:
    """Who does it to whom, for each place where a text says the act."""
    for pattern, turned in ((act.said, False), (act.converse, True)):
        for match in pattern.finditer(text) if pattern else ():
            before = [group for _, end, group in found if end <= match.start()]
            after = [(start, group) for start, _, group in found if start >= match.end()]
            agent, to = before[-1] if before else None, {group for _, group in after}
            ends = _ends(found, match.start())
            if len(before) > 1 and _WHICH.search(
                text[_ends(found, match.start())[-2] : match.start()]
            ):
                to.add(before[-2])  # "CoreWeave, which Nvidia backs"
            if after and _BY.match(text[match.end() : after[0][0]]):
                agent, to = after[0][1], set(before)
            elif turned:
                lender = next(iter(after), None)
                agent, to = lender[1] if lender else None, set(before[-1:])
            yield agent, to


def _ends(found: Sequence[tuple[int, int, str]], until: int) -> list[int]:
    return [end for _, end, _ in found if end <= until]
