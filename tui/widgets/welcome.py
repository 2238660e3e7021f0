"""What an empty conversation shows."""

from __future__ import annotations

from textual.content import Content
from textual.message import Message
from textual.style import Style
from textual.widgets import Static

from tui.strings import Strings
from tui.themes import MUTED


class Welcome(Static):
    """What the desk is for, and three questions to begin with. It never takes the focus."""

    class ExampleChosen(Message):
        """One of the questions was clicked."""

        def __init__(self, question: str) -> None:
            super().__init__()
            self.question = question

    def __init__(self, strings: Strings) -> None:
        self._examples = strings.examples
        lines = [
            Content.styled("Compute Desk", "bold $primary"),
            Content(strings.tagline),
            Content.styled(strings.welcome, MUTED),
            Content(""),
        ]
        for number, example in enumerate(strings.examples):
            chosen = Style.from_meta({"@click": f"example({number})"})
            lines.append(Content.assemble(("› ", "$accent"), Content(example).stylize(chosen)))
        lines += [Content(""), Content.styled(strings.example_hint, MUTED)]
        super().__init__(Content("\n").join(lines), markup=False, id="welcome")

    def action_example(self, number: int) -> None:
        """Run by a click on an example."""
        self.post_message(self.ExampleChosen(self._examples[number]))
