"""Programs on paper: one program, several side by side, several against a profile."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from itertools import groupby

from assistant.answer import Language
from assistant.cli.output import about, one_line, table, write, write_wrapped
from assistant.language import in_script
from assistant.phrases import Phrases, phrases
from assistant.terminal_language import interface_language
from kb.programs.citing import Cited
from kb.programs.comparing import Cell, Grid, Stated, attributes_of, values_of
from kb.programs.conditions import Words
from kb.programs.matching import Match, RuleResult
from kb.programs.profile import Profile, in_words
from kb.programs.program import Names, Program

_COLUMN = 26
"""Characters that a program's column needs to be read; with less, the grid is stacked."""


def show_program(program: Program) -> None:
    """Every term in both languages, its typed values, and what sources disagree on."""
    page = _Page("en")
    write(about(program.name.en, program.name.zh_hans))
    write(about(program.id, program.sponsor.en, program.kind, program.status))
    values = values_of(program)
    for term in program.terms:
        said_by = about(term.grade.replace("_", " "), term.publisher, term.as_of or "undated")
        write(f"\n{term.field}  [{said_by}]")
        write_wrapped(term.en, 2)
        write_wrapped(term.zh_hans, 2)
        for value in values:
            if value.term is term and value.typed is not None:
                label = page.say.attributes[value.attribute]
                told = page.words(value.text)
                write_wrapped(f"{label}: {told} · {value.text.zh_hans}", 4)
    for name, cell in attributes_of(program).items():
        if cell.disagree:
            write(f"\n{page.say.attributes[name]}: {page.say.disagree}")
            for stated in cell.stated:
                write_wrapped(page.stated(stated), 2)
    if program.not_stated:
        write(f"\nNot stated by any source: {', '.join(program.not_stated)}")


def show_grid(grid: Grid) -> None:
    """The grid as a table, or stacked where its columns would be too narrow to read."""
    page = _Page(interface_language())
    say = page.say
    rows = [row for row in grid.rows if any(cell.stated for cell in row.cells)]
    width = shutil.get_terminal_size().columns
    if sys.stdout.isatty() and width < _COLUMN * (len(grid.programs) + 1):
        for row in rows:
            write(f"\n{say.attributes[row.attribute]}")
            for program, cell in zip(grid.programs, row.cells, strict=True):
                write_wrapped(f"{page.name(program.name)}{page.colon}{page.cell(cell)}", 2)
    else:
        headers = [say.compare_field, *(page.name(program.name) for program in grid.programs)]
        table(headers, [[say.attributes[r.attribute], *map(page.cell, r.cells)] for r in rows])
    empty = [say.attributes[row.attribute] for row in grid.rows if row not in rows]
    if empty:
        write()
        write_wrapped(say.none_stated.format(names=say.comma.join(empty)), 0)


def show_matches(found: Sequence[Match], profile: Profile) -> None:
    """Each program with its verdict, and each condition with its outcome, reason and sentence."""
    page = _Page(interface_language())
    say = page.say
    told = [
        f"{say.profile_fields[name]}{page.colon}{page.words(words)}"
        for name, words in in_words(profile).items()
        if words is not None
    ]
    profile_line = say.match_profile.format(profile=page.comma.join(told))
    between = " " if say.language == "en" else ""
    unknown = f"{say.match_none_told}{between}{_plain(say.keep_profile)}"
    write_wrapped(profile_line if told else unknown, 0)
    verdicts = [one.verdict for one in found]
    counts = {name: verdicts.count(name) for name in ("eligible", "unknown", "not_eligible")}
    if len(found) > 1:
        write_wrapped(_plain(say.match_summary({"matched": len(found), **counts})), 0)
    for one in found:
        _show_match(one, page)


def _show_match(one: Match, page: _Page) -> None:
    say = page.say
    write(f"\n{say.verdicts[one.verdict].upper()} · {page.name(one.name)} · {one.id}")
    for note in one.notes:
        write_wrapped(page.words(note), 2)
    for tier in one.tiers:
        if tier.for_whom is not None:
            write_wrapped(f"{page.words(tier.for_whom)}{page.colon}{say.verdicts[tier.verdict]}", 2)
    for _, rules in groupby(one.rules, key=lambda rule: rule.citation.number):
        cited = None
        for rule in rules:
            write_wrapped(f"[{say.outcomes[rule.outcome]}] {page.rule(rule)}", 2)
            cited = rule.citation
        if cited is not None:
            write_wrapped(page.quoted(page.words(cited.quote)) + page.basis(cited), 6)
    if one.verdict != "unknown":
        return
    if one.missing:
        names = say.comma.join(say.profile_fields[name] for name in one.missing)
        write_wrapped(say.tell_me.format(missing=names), 2)
    if answers := [f"{question.key}=yes" for question in one.questions if question.key]:
        write_wrapped(_plain(say.answer_with.format(answers=" ".join(answers))), 2)


class _Page:
    """Words in the reader's language and script."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self.say: Phrases = phrases(language)
        self.comma = ", " if language == "en" else "，"
        self.colon = ": " if language == "en" else "："

    def words(self, words: Words | Names) -> str:
        told = words.en if self._language == "en" else words.zh_hans
        return one_line(in_script(told, self._language))

    def name(self, name: Names) -> str:
        return self.words(name)

    def basis(self, cited: Cited) -> str:
        """Grade, publisher and date, in brackets."""
        chinese = self._language != "en"
        publisher = cited.publisher_zh_hans if chinese else cited.publisher
        text = self.say.basis.format(
            grade=self.say.grades[cited.grade],
            publisher=publisher,
            date=cited.as_of or self.say.undated,
        )
        return one_line(in_script(text, self._language)) if chinese else f" {one_line(text)}"

    def quoted(self, text: str) -> str:
        return f"「{text}」" if self._language == "zh-Hant" else f"“{text}”"

    def stated(self, stated: Stated) -> str:
        """A value with everyone who stated it and when, the newest first."""
        bases = [self.basis(cited) for cited in (stated.citation, *stated.also) if cited]
        return self.words(stated.text) + "".join(dict.fromkeys(bases))

    def cell(self, cell: Cell) -> str:
        if not cell.stated:
            return self.say.not_stated
        between = "; " if self._language == "en" else "；"
        told = between.join(map(self.stated, cell.stated))
        return f"{self.say.disagree}{self.colon}{told}" if cell.disagree else told

    def rule(self, rule: RuleResult) -> str:
        """What a condition is about, why it came out so, and what qualifies it."""
        marks = [
            *([self.words(rule.for_whom)] if rule.for_whom else []),
            *([self.say.usual] if rule.usual else []),
            *([self.say.disagree] if rule.disagrees else []),
            *([self.say.standings[rule.standing]] if rule.standing != "current" else []),
        ]
        kind = self.say.rule_kinds[rule.kind]
        about = self.say.about_rule.format(kind=kind, marks=self.say.comma.join(marks))
        return f"{about if marks else kind}{self.colon}{self.words(rule.why)}"


def _plain(markdown: str) -> str:
    return markdown.replace("`", "").replace("**", "")
