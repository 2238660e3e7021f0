"""Before a model that is not on this machine is asked for the first time: tell, and ask."""

from __future__ import annotations

import sys

from assistant.cli.output import one_line


def agree(model: str | None) -> None:
    """Where a person sits at the terminal, tell what leaves this machine and keep a yes.

    `model` goes before the settings' one. Raises `NotAgreed` after a no, and where nobody can be
    asked; `ModelUnavailable` for a model that could not be asked anyway.
    """
    from assistant.settings import default_home, load_settings

    settings = load_settings()
    chosen = model or settings.model
    if chosen == "builtin":
        return
    from assistant.models.agreement import NotAgreed, notice, require_agreement, with_name
    from assistant.models.loading import check_loadable
    from assistant.models.specs import parse_spec
    from assistant.models.words import model_words
    from assistant.settings_file import change_settings
    from assistant.terminal_language import interface_language

    spec = parse_spec(chosen)
    try:
        require_agreement(spec, settings.agreed_hosted)
    except NotAgreed:
        check_loadable(spec)
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise
        language = interface_language()
        question = model_words(language).agree.format(receiver=spec.receiver)
        sys.stderr.write(f"{one_line(notice(spec, language))}\n{one_line(question)} [y/N] ")
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() not in ("y", "yes", "是", "好", "同意"):
            raise
        agreed = with_name(settings.agreed_hosted, spec.receiver)
        change_settings(default_home(), {"agreed_hosted": agreed})
