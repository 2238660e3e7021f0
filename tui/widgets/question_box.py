"""The box in which questions are written."""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.widgets import TextArea

from tui.cleaning import clean


class QuestionBox(TextArea):
    """Enter sends, ctrl+j or shift+enter starts a new line, ↑ and ↓ recall questions."""

    class Sent(Message):
        """A question was sent."""

        def __init__(self, question: str) -> None:
            super().__init__()
            self.question = question

    def __init__(self, placeholder: str, history: list[str]) -> None:
        super().__init__(
            id="question-box", compact=True, highlight_cursor_line=False, placeholder=placeholder
        )
        self._history = history
        self._recalled = 0

    def recall_later(self, question: str) -> None:
        """Make a question the first that ↑ brings back."""
        if question in self._history:
            self._history.remove(question)
        self._history.insert(0, question)

    def write(self, question: str) -> None:
        """Put a question into the box, ready to be edited or sent."""
        self.text = clean(question)
        self.move_cursor(self.document.end)

    def on_key(self, event: events.Key) -> None:
        """Keys of the box's own.

        They are no priority bindings: those run before the letters that were typed just before
        them have reached the text, and "text, Enter" in one burst would send nothing.
        """
        match event.key:
            case "enter":
                self.send()
            case "ctrl+j" | "shift+enter" | "alt+enter":
                self.insert("\n")
            case "up" | "down":
                if not self.recall(1 if event.key == "up" else -1):
                    return
            case _:
                return
        event.stop()
        event.prevent_default()

    def send(self) -> None:
        """Send the question; an empty one asks for another try where something failed."""
        question = clean(self.text).strip()
        self.text = ""
        self._recalled = 0
        if question:
            self.recall_later(question)
        self.post_message(self.Sent(question))

    def recall(self, step: int) -> bool:
        """Bring back an earlier question, unless another text is being written."""
        recalled = self._history[self._recalled - 1] if self._recalled else ""
        if self.text != recalled:
            return False
        self._recalled = max(0, min(len(self._history), self._recalled + step))
        self.write(self._history[self._recalled - 1] if self._recalled else "")
        return True

    def on_paste(self, event: events.Paste) -> None:
        """Pasted text is foreign text: clean it, and keep its line ends."""
        event.prevent_default()
        event.stop()
        text = clean(event.text.replace("\r\n", "\n").replace("\r", "\n"))
        self.replace(text, *self.selection, maintain_selection_offset=False)
