"""Articles of the staff layer: a folder for each, with its original bytes and its text."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import cast
from urllib.parse import urldefrag

import yaml

from kb.errors import UnknownSource, UnreadableSource
from kb.extraction import Extracted, front_matter
from kb.home import Mark, file_mark, sync_folder, unusable, write_atomically
from kb.library.archive import Files
from kb.records import Kind, Language, Source, Visibility
from kb.texts.cleaning import clean
from kb.texts.detect import detect
from kb.texts.documents import Document, article, content_version, is_name

TEXT = "text.md"

_LANGUAGES = ("en", "zh-Hans", "zh-Hant")
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,10}")


@dataclass(frozen=True, slots=True)
class Taken:
    """What a file became: the id, the files and the front matter of an article."""

    id: str
    files: dict[str, bytes]
    front: dict[str, str]


class Articles:
    """The articles in HOME/library/articles: those that staff added and their copies of bundled
    ones. Every change shows by one rename, so a kill leaves the old text or the new one."""

    kind: Kind = "article"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, tuple[Mark, Source, dict[str, str]]] = {}
        self._split: dict[str, Document] = {}

    def ids(self) -> list[str]:
        """The ids of the articles, sorted. Unfinished and removed folders start with a dot."""
        try:
            with os.scandir(self._folder) as entries:
                return sorted(e.name for e in entries if e.name[0] != "." and e.is_dir())
        except OSError as error:
            raise unusable(self._folder, error) from error

    def has(self, source_id: str) -> bool:
        """Whether there is an article of this id, readable or not."""
        return is_name(source_id) and (self._folder / source_id).is_dir()

    def source(self, source_id: str) -> Source:
        """An article. Raises `UnknownSource`, or `UnreadableSource` where its file is damaged."""
        return self._known(source_id)[0]

    def document(self, source_id: str) -> Document:
        """An article with its passages. Raises as `source` does."""
        source = self.source(source_id)
        known = self._split.get(source_id)
        if known is None or known.source.version != source.version:
            known = self._split[source_id] = article(source)
        return known

    def read(self, source_id: str, files: Files) -> Document:
        """The article that these files make up. Raises `UnreadableSource`."""
        return article(self._parse(source_id, files)[0])

    def files(self, source_id: str) -> dict[str, bytes]:
        """The text and the original of an article. Raises `UnreadableSource`."""
        try:
            return {path.name: path.read_bytes() for path in self._paths(source_id)}
        except OSError as error:
            raise _unreadable(self._folder / source_id, error) from error

    def replace(self, source_id: str, files: Files) -> None:
        """Write an article anew. Raises `HomeUnusable`."""
        folder = self._folder / source_id
        try:
            if not folder.is_dir():
                write_folder(folder, files)
                return
            stale = [path for path in folder.iterdir() if _is_ours(path) and path.name not in files]
            # The text comes last: it is what is shown, and one rename brings it.
            for name in sorted(files, key=lambda name: name == TEXT):
                write_atomically(folder / name, files[name])
                (folder / name).chmod(0o644)
            for path in stale:
                path.unlink()
            sync_folder(folder)
        except OSError as error:
            raise unusable(folder, error) from error

    def remove(self, source_id: str) -> None:
        """Remove an article that is there."""
        try:
            gone = Path(tempfile.mkdtemp(dir=self._folder, prefix=".removed-"))
            (self._folder / source_id).rename(gone / source_id)
            sync_folder(self._folder)
            shutil.rmtree(gone, ignore_errors=True)
        except OSError as error:
            raise unusable(self._folder, error) from error

    def sweep(self) -> None:
        """Remove what an interrupted change left; the caller keeps other writers out."""
        for path in self._folder.glob(".*-*"):
            shutil.rmtree(path, ignore_errors=True)

    def catalog(self) -> Catalog:
        """Where the articles came from, as of now."""
        found = Catalog()
        for source_id in self.ids():
            try:
                found.enter(source_id, self._known(source_id)[1])
            except (UnreadableSource, UnknownSource):
                continue  # `kb check` and every sync name it
        return found

    def original(self, source_id: str) -> bytes | None:
        """The bytes that an article was made from; None where they are gone."""
        path = next(iter(sorted((self._folder / source_id).glob("original*"))), None)
        try:
            return None if path is None else path.read_bytes()
        except OSError:
            return None

    def _paths(self, source_id: str) -> list[Path]:
        folder = self._folder / source_id
        own = (path for path in folder.iterdir() if path.name[0] != "." and _is_ours(path))
        return sorted(own)

    def _known(self, source_id: str) -> tuple[Source, dict[str, str]]:
        path = self._folder / source_id / TEXT
        if not is_name(source_id):
            raise UnknownSource(f"there is no source {source_id}", "compute-desk kb list")
        try:
            mark = file_mark(path)
            known = self._read.get(source_id)
            if known is not None and known[0] == mark:
                return known[1], known[2]
            data = path.read_bytes()
        except OSError as error:
            if not path.parent.is_dir():
                raise UnknownSource(
                    f"there is no source {source_id}", "compute-desk kb list"
                ) from error
            raise _unreadable(path, error) from error
        source, front = self._parse(source_id, {TEXT: data})
        self._read[source_id] = (mark, source, front)
        return source, front

    def _parse(self, source_id: str, files: Files) -> tuple[Source, dict[str, str]]:
        try:
            front, body = front_matter(files[TEXT].decode("utf-8"))
        except (KeyError, UnicodeDecodeError) as error:
            raise _unreadable(self._folder / source_id / TEXT, error) from error
        except UnreadableSource as error:
            raise UnreadableSource(f"{source_id}/{TEXT}: {error.message}", error.hint) from error
        return _source(source_id, front, clean(body)), front


class Catalog:
    """Which article came from which bytes and from which address (its fragment does not count);
    of several the first by id."""

    def __init__(self) -> None:
        self._digests: dict[str, str] = {}
        self._urls: dict[str, str] = {}

    def enter(self, source_id: str, front: Mapping[str, str]) -> None:
        """Take in the front matter of an article."""
        if front.get("sha256"):
            self._digests.setdefault(front["sha256"], source_id)
        if front.get("url"):
            self._urls.setdefault(urldefrag(front["url"]).url, source_id)

    def by_digest(self, digest: str) -> str | None:
        """The article whose front matter names these bytes, which may have changed since."""
        return self._digests.get(digest)

    def by_url(self, url: str) -> str | None:
        """The article that came from this address."""
        return self._urls.get(urldefrag(url).url)


def take_in(
    source_id: str | None,
    data: bytes,
    found: Extracted,
    name: str,
    url: str | None = None,
    *,
    fund: bool = False,
) -> Taken:
    """The files of an article made from `data`, in which `found` was found; `name` is that of the
    file, `url` is where it was fetched from. Without an id it gets one of its own. `fund` makes it
    fund-only, as does its own front matter."""
    digest = sha256(data).hexdigest()
    own = source_id or f"{_slug(name)}-{digest[:6]}"
    front = _front(own, found, name, digest, url, fund)
    suffix = Path(name).suffix
    files = {
        f"original{suffix if _SUFFIX.fullmatch(suffix) else ''}": data,
        TEXT: _with_front_matter(front, found.text).encode(),
    }
    return Taken(own, files, front)


def for_the_fund(files: Files) -> dict[str, bytes]:
    """The files of an article with the line in its front matter that makes it fund-only."""
    text = files[TEXT].decode("utf-8")
    body = front_matter(text)[1]
    head = text.removesuffix(body) or "---\n---\n\n"
    first, *lines = head.splitlines(keepends=True)
    others = [line for line in lines if not line.startswith("visibility:")]
    marked = "".join([first, "visibility: fund\n", *others, body])
    return {**files, TEXT: marked.encode()}


def _is_ours(path: Path) -> bool:
    """Whether a file in an article's folder is its text, its original, or the rest of writing
    one of these; anything else was put there by hand."""
    return path.name.removeprefix(".").startswith((TEXT, "original")) and path.is_file()


def write_folder(folder: Path, files: Files) -> None:
    """Write a folder that is not there yet, all or nothing. Raises `OSError`."""
    fresh = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".adding-"))
    for name, data in files.items():
        with (fresh / name).open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    sync_folder(fresh)
    fresh.chmod(0o755)  # mkdtemp keeps others out; an article is as open as its home
    fresh.rename(folder)
    sync_folder(folder.parent)


def _unreadable(path: Path, error: Exception) -> UnreadableSource:
    reason = getattr(error, "strerror", None) or str(error)
    if isinstance(error, KeyError):
        reason = "the file is missing"
    return UnreadableSource(
        f"{path} cannot be read: {reason}",
        "correct it, or take an older version: compute-desk kb history "
        f"{path.parent.name if path.name == TEXT else path.name}",
    )


def _source(source_id: str, front: Mapping[str, str], text: str) -> Source:
    language = front.get("language", "")
    known = cast(Language, language) if language in _LANGUAGES else detect(text)
    title = front.get("title") or source_id
    publisher, published, url, author = (
        front.get(key) for key in ("publisher", "published", "url", "author")
    )
    shown = (text, title, known, publisher, published, url)
    visibility = _visibility(front)
    more = [*([author] if author else []), *(["fund"] if visibility == "fund" else [])]
    return Source(
        id=source_id,
        version=content_version(*shown, *more),
        kind="article",
        title=title,
        language=known,
        text=text,
        layer="staff",
        publisher=publisher,
        published=published,
        url=url,
        author=author,
        visibility=visibility,
    )


def _visibility(front: Mapping[str, str]) -> Visibility:
    """Only what says nothing, or says public, is public: a slip of the pen shows nothing."""
    return "public" if front.get("visibility", "public").strip() == "public" else "fund"


def _front(
    source_id: str, found: Extracted, name: str, digest: str, url: str | None, fund: bool
) -> dict[str, str]:
    front = {
        "id": source_id,
        "title": found.title,
        "language": found.language,
        "author": found.author,
        "publisher": found.publisher,
        "published": found.published,
        "url": url or found.url,
        "kind": "article",
        "form": found.form,
        "original": name,
        "sha256": digest,
        "added": datetime.now(UTC).isoformat(timespec="seconds"),
        "visibility": "fund" if fund or _visibility(found.front) == "fund" else "",
    }
    return {key: value for key, value in front.items() if value}


def _with_front_matter(front: Mapping[str, str], text: str) -> str:
    head = yaml.safe_dump(dict(front), allow_unicode=True, sort_keys=False, width=10_000)
    return f"---\n{head}---\n\n{text}\n"


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", Path(name).stem).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    return slug[:40].strip("-") or "article"
