"""Finding a program by any of its names, in any script."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from kb.programs.program import Program
from kb.texts.aliases import AliasTable
from kb.texts.folding import fold

_MARKS = re.compile(r"[\W_]+")


def find_program(name: str, programs: Sequence[Program], aliases: AliasTable) -> Program | None:
    """The program that `name` means: by id, then name, alias, sponsor, each compared without
    case, script and punctuation; then by alias groups; then the only one whose names contain it.
    """
    wanted = _plain(name)
    if not wanted:
        return None
    for candidates in (_ids, _names, _aliases, _sponsors):
        for program in programs:
            if wanted in map(_plain, candidates(program)):
                return program
    group = aliases.group(name)
    if group is not None:
        for candidates in (_names, _aliases, _sponsors):
            for program in programs:
                if any(aliases.group(word) == group for word in candidates(program)):
                    return program
    containing = [p for p in programs if any(wanted in _plain(w) for w in _all(p))]
    return containing[0] if len(containing) == 1 and len(wanted) > 1 else None


class Parties:
    """Funds and programs by all their names: who is the same, and how a program is called."""

    def __init__(self, programs: Sequence[Program], aliases: AliasTable) -> None:
        self._names = {p.id: (p.name.en, p.name.zh_hans) for p in programs}
        self._known = [set(map(_plain, _parties(program))) for program in programs]
        self._aliases = aliases

    def same(self, one: str, other: str) -> bool:
        """Whether two names mean the same fund or program: written alike, of one alias group, or
        names of one program. An investor's program goes by its sponsor's name too: to be backed
        by a chip maker is not to be in its program."""
        wanted = {_plain(one), _plain(other)}
        if len(wanted) == 1:
            return True
        group = self._aliases.group(one)
        if group is not None and group == self._aliases.group(other):
            return True
        return any(wanted <= names for names in self._known)

    def called(self, name: str) -> tuple[str, str]:
        """A program's name in English and Chinese for its id; any other name as it is."""
        return self._names.get(name, (name, name))


def _parties(program: Program) -> list[str]:
    own = [program.id, *_names(program), *program.aliases]
    return [*own, *_sponsors(program)] if program.kind == "investor" else own


def _plain(name: str) -> str:
    return _MARKS.sub("", fold(name))


def _ids(program: Program) -> Iterable[str]:
    return (program.id,)


def _names(program: Program) -> Iterable[str]:
    return (program.name.en, program.name.zh_hans)


def _aliases(program: Program) -> Iterable[str]:
    return program.aliases


def _sponsors(program: Program) -> Iterable[str]:
    return (program.sponsor.en, program.sponsor.zh_hans)


def _all(program: Program) -> list[str]:
    return [program.id, *_names(program), *program.aliases, *_sponsors(program)]
