"""`compute-desk profile`: what the desk knows about the founder's company."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.failure import WrongUsage
from assistant.cli.output import document, one_line, write

if TYPE_CHECKING:
    from kb.programs.profile import Profile

app = typer.Typer(
    no_args_is_help=True, help="Show and set your company's stage, money, country, funds, age."
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.callback()
def profile() -> None:
    """Show and set your company's profile, which `programs match` and answers use.

    It stays on this machine, in profile.json of the home.
    """


@app.command()
def show(as_json: Json = False) -> None:
    """Show the saved profile."""
    from assistant.profile import load_profile
    from assistant.settings import default_home

    _show(load_profile(default_home()), as_json)


@app.command("set")
def set_values(
    values: Annotated[
        list[str],
        typer.Argument(
            metavar="KEY=VALUE...",
            help='stage=seed raised=3M country=US funds="a16z, Index Ventures" founded=2024-03; '
            "an empty value clears its key, none says that there is none. Programs' own "
            "questions have keys too (incorporated=yes): programs match names them.",
        ),
    ],
    as_json: Json = False,
) -> None:
    """Set values of the profile; the others stay."""
    from assistant.profile import FIELDS, load_profile, save_profile, with_values
    from assistant.settings import default_home

    given: dict[str, str] = {}
    for value in values:
        key, equals, text = value.partition("=")
        if not equals:
            raise WrongUsage(f"{value[:40]!r} is no KEY=VALUE", "for example: stage=seed")
        given[key.strip().lower()] = text
    home = default_home()
    keys = set() if given.keys() <= set(FIELDS) else _answer_keys()
    changed = with_values(load_profile(home), given, datetime.now(UTC).date(), keys)
    save_profile(home, changed)
    _show(changed, as_json)


def _answer_keys() -> set[str]:
    """The keys of what the library's programs ask of founders."""
    from assistant.cli.library import open_reading
    from kb.programs.matching import questions

    with open_reading() as kb:
        return set(questions(kb.programs()))


def _show(profile: Profile, as_json: bool) -> None:
    if as_json:
        document({"profile": profile.model_dump(mode="json")})
        return
    from assistant.language import in_script
    from assistant.phrases import phrases
    from assistant.terminal_language import interface_language
    from kb.programs.profile import in_words

    language = interface_language()
    say = phrases(language)
    for name, words in in_words(profile).items():
        told = say.not_given if words is None else words.en if language == "en" else words.zh_hans
        write(f"{say.profile_fields[name]}: {one_line(in_script(told, language))}")
    for key, answer in (profile.answers or {}).items():
        write(one_line(f"{key}: {say.yes if answer else say.no}"))
