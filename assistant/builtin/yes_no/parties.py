"""Who is asked about, and who did what to whom: the names of a question against a sentence.

A sentence says yes only of the parties that it speaks of, in the parts that the question gives
them: that Nvidia invested in CoreWeave does not make CoreWeave an investor in Nvidia.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from assistant.builtin.wording import is_misspelled
from assistant.builtin.yes_no.deeds import ACTS, Act, Mention
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
_NO_PARTY = frozenset("series ceo faq vc ai us eu url org id gpu gpus api big three".split())
_OFFICE = re.compile(
    r"\b(?:ceo|chief executive(?: officer)?|(?:co-?)?founder|chair\w*|president|vice president|"
    r"partner(?= (?:at|of|in)\b)|professor|heads?(?= of))\b"
    r"|首席(?:执行|运行)官|创始人|董事长|总裁|主席|合伙人|教授"
)
_ONE_HOLDER = re.compile(r"\b(?:ceo|chief executive|heads?)\b|首席(?:执行|运行)官|董事长|总裁")
_RELATED = re.compile(
    r"\b(?:brothers?|sisters?|siblings?|relat\w+|married|wife|husband|sons?|daughters?|friends?)\b"
    r"|兄弟|哥哥|弟弟|姐|妹|夫妻|亲戚|亲属|父|母|朋友"
)
_OF_OFFICE = re.compile(
    r"^[^,.;，。；]{0,28}?\b(?:of|at|for|in|with)\b[^,.;，。；]{0,30}$|^[^,.;，。；]{0,14}$"
)
_PART = re.compile(r"; |, | and | while |[；，]|(?<=[^0-9])、")
_BESIDES = re.compile(r"\b(?:other than|besides|apart from|except)\b|以外|之外")
_BESIDES_TOLD = re.compile(
    r"\b(?:also|not [^,;]{0,40}\bonly)\b|[还也](?=提供|有|卖|给|支持)|不是[^，。；]{0,20}唯一"
)
_OTHERS = re.compile(r"\bothers?\b(?: [a-z]+){0,2}|别家|其他(?:风投|基金|机构|投资)")
_OTHER = "(others)"


class Parties:
    """The parties of a question, ready to be held against sentences."""

    def __init__(
        self, text: str, claim: str, aliases: AliasTable, own: Collection[str] = ()
    ) -> None:
        """`claim` is what the question `text` asks about, folded, without what only opens it; `own`
        are the names of the programs that it is about. `asks_office`: whether it asks who holds
        an office."""
        self._aliases = aliases
        self._text = claim
        self._asked = self._found(self._text)
        self._groups = {group for _, _, group in self._asked}
        self.asks_office = bool(_OFFICE.search(self._text) and not _RELATED.search(self._text))
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
        besides = _BESIDES.search(self._text)
        if besides and not (_BESIDES.search(text) or _BESIDES_TOLD.search(text)):
            return None
        if self.asks_office:
            held = self._office(text, found)
            if not held:
                return held
        else:
            acts = [act for act in ACTS if act.asked_in(self._text)]
            outcomes = [self._done(act, text, found) for act in acts]
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

    def own_part(self, sentence: str, years: Sequence[str] = ()) -> str:
        """The part of a sentence that tells of the parties, where the other parts that hold figures
        tell of others, or the one that names the year asked about; else the whole sentence."""
        parts = [part for part in _PART.split(sentence) if re.search(r"\d", part)]
        dated = [part for part in parts if any(year in part for year in years)]
        if len(dated) == 1 and len(re.findall(r"\d[\d,.]*", dated[0])) > 1:
            return dated[0]
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

    def _all_named(self, text: str, found: Sequence[Mention], around: str) -> bool:
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

    def _office(self, text: str, found: Sequence[Mention]) -> bool | None:
        """Whether the office asked about is held as asked; None where the sentence gives none."""
        unique = _ONE_HOLDER.search(self._text)
        here = {each.group for each in found} & self._groups
        outcome: bool | None = None
        for match in _OFFICE.finditer(text):
            beside = [each.group for each in found if _stands_before(each, match, text)]
            after = [each for each in found if each.start >= match.end()][:1]
            beside += [m.group for m in after if _OF_OFFICE.match(text[match.end() : m.start])]
            if all(group in self._groups for group in beside):
                outcome = True if beside or outcome is not False else outcome
            elif here and (unique or len(here) < len(self._groups)):
                return False
        return outcome

    def _done(self, act: Act, text: str, found: Sequence[Mention]) -> bool | None:
        """Whether the sentence has the act done by and to those of the question."""
        wanted = next(act.deeds(self._text, self._asked), None)
        if wanted is None or wanted.agent is None:
            return True
        agent = wanted.agent
        mentions = list(found)
        if act.single:
            mentions += [Mention(m.start(), m.end(), _OTHER) for m in _OTHERS.finditer(text)]
        deeds = list(act.deeds(text, sorted(mentions)))
        if not deeds:
            return None if any(not _same(agent, each) for each in wanted.to) else True
        if not act.single and not wanted.to - {agent}:
            return True
        others = {each for each in self._groups if not _same(each, agent)}
        named = {each.group for each in found}
        outcome: bool | None = True if all(deed.agent is None for deed in deeds) else None
        for doer, to in deeds:
            if doer is None:
                continue
            turned = doer in others and _meet({agent}, to)
            if _same(doer, agent):
                if not others or _meet(others, to):
                    return True
                if outcome is None and (act.single or not others & named):
                    outcome = True
            elif turned or (act.single and _meet(others, named)):
                outcome = False
        return outcome

    def _found(self, folded: str) -> list[Mention]:
        """The parties that a folded text names."""
        return [
            Mention(start, start + self._length(folded, start), group)
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


def _meet(some: Collection[str], others: Collection[str]) -> bool:
    return any(_same(one, other) for one in some for other in others)


def _stands_before(mention: Mention, office: re.Match[str], text: str) -> bool:
    """Whether a name stands right before an office: "OpenAI chief executive"."""
    if mention.end > office.start():
        return False
    return len(text[mention.end : office.start()].strip("'’s的 ,a")) < 2
