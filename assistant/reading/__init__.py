"""From the words of a message to what it asks (`assistant.question.Reading`).

`pasted.py` keeps the person's own words of a message, `typos.py` mends them, `parts.py` takes them
apart and `joining.py` puts them together to questions; `message.py` reads each of these, `alone.py`
what it says itself and `later.py` what it leaves to the turns before; `names.py` finds programs and
sellers in it, `asks.py` the parts of an answer that it needs by its words, `choice.py` by its
`meaning.py` where the words leave it open, and `follow_ups.py` what it takes over from the turns
before.
"""

from assistant.reading.later import read
from assistant.reading.message import Reader, read_parts, search_words
from assistant.reading.pasted import message_of

__all__ = ["Reader", "message_of", "read", "read_parts", "search_words"]
