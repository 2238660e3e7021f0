"""Finding a program by any of its names, in any script."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from kb.aliases import AliasTable
from kb.folding import fold
from kb.programs import Program

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


def parties(programs: Sequence[Program], aliases: AliasTable) -> Callable[[str, str], bool]:
    """`same_party` over these programs and aliases."""
    return lambda one, other: same_party(one, other, programs, aliases)


def same_party(one: str, other: str, programs: Sequence[Program], aliases: AliasTable) -> bool:
    """Whether two names mean the same fund or program: written alike, of one alias group, or
    names of one program. An investor's program goes by its sponsor's name too: to be backed by
    a chip maker is not to be in its program."""
    if _plain(one) == _plain(other):
        return True
    group = aliases.group(one)
    if group is not None and group == aliases.group(other):
        return True
    wanted = {_plain(one), _plain(other)}
    return any(wanted <= set(map(_plain, _parties(program))) for program in programs)


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
