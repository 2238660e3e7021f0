"""Reading what is to be taken in, without any lock: files and pages, several at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from kb.errors import KbError, UnreadableSource
from kb.extraction import Extracted, extract, read_file
from kb.intake.ahead import ahead
from kb.intake.places import Place, Refused
from kb.library.articles import Articles, Catalog
from kb.library.program_files import is_program, parse_program
from kb.programs.program import Program


@dataclass(frozen=True, slots=True)
class Wish:
    """How things are to be taken in: hosts that may be private, the article of which a file is
    the new version, the reason for the history, and whether only the fund may see them."""

    allowed: Collection[str] = ()
    replace: str | None = None
    why: str = ""
    fund: bool = False


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file or page that was read. `content` is None, and `data` empty, where an article was made
    from these very bytes; `before` is what the article that it would change was made from, as
    digest and content."""

    place: Place
    name: str
    data: bytes
    digest: str
    url: str | None
    content: Extracted | Program | None
    before: tuple[str, Extracted | None] | None = None


def read_all(
    places: Sequence[Place | Refused], wish: Wish, articles: Articles
) -> Iterator[Arrival | Refused]:
    """What is at each place, in order."""
    catalog = articles.catalog()

    def read(place: Place | Refused) -> Arrival | Refused:
        if isinstance(place, Refused):
            return place
        try:
            return read_one(place, wish, articles, catalog)
        except KbError as error:
            return Refused(place.shown, error)

    # A single file is read on this thread: nothing is gained by another.
    return map(read, places) if len(places) == 1 else ahead(read, places)


def read_one(place: Place, wish: Wish, articles: Articles, catalog: Catalog) -> Arrival:
    """What is at a place. Raises `UnreadableSource` or `InvalidProgram`."""
    url = None
    if place.path is not None:
        name, data = place.path.name, read_file(place.path)
    else:
        from kb.intake.fetching import fetch

        page = fetch(place.shown, allowed=wish.allowed)
        name, data, url = page.name, page.data, page.url
    digest = sha256(data).hexdigest()
    if url is None and is_program(name, data):
        return Arrival(place, name, data, digest, None, parse_program(data, name))
    known = wish.replace or find(digest, url, articles, catalog)
    original = None
    if known is not None and known in articles.ids():
        original = articles.original(known)
    if original is None:
        return Arrival(place, name, data, digest, url, extract(data, name))
    made_from = sha256(original).hexdigest()
    if made_from == digest:
        return Arrival(place, name, b"", digest, url, None)
    content = extract(data, name)
    try:
        before = extract(original, name)
    except UnreadableSource:
        before = None
    return Arrival(place, name, data, digest, url, content, (made_from, before))


def find(digest: str, url: str | None, articles: Articles, catalog: Catalog) -> str | None:
    """The article that was made from these bytes, or else came from this address."""
    same = catalog.by_digest(digest)
    if same is not None:
        original = articles.original(same)
        if original is not None and sha256(original).hexdigest() == digest:
            return same
    return None if url is None else catalog.by_url(url)
