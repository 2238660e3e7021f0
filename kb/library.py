"""The staff layer: one folder for each article, with its original bytes and its text."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import cast

import yaml

from kb.cleaning import clean
from kb.detect import detect
from kb.documents import content_version
from kb.errors import UnknownSource, UnreadableSource
from kb.extraction import Extracted, extract, front_matter
from kb.home import sync_folder, unusable
from kb.records import Language, Source

_LANGUAGES = ("en", "zh-Hans", "zh-Hant")
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,10}")


class Library:
    """The articles that staff added, in HOME/library/articles. Files are the only truth; every
    change is a rename, so a kill leaves the old state or the new one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, tuple[tuple[int, int, int], Source]] = {}

    def ids(self) -> list[str]:
        """The ids of the articles, sorted. Unfinished and removed folders start with a dot."""
        try:
            return sorted(p.name for p in self._folder.iterdir() if p.name[0] != "." and p.is_dir())
        except OSError as error:
            raise unusable(self._folder, error) from error

    def source(self, source_id: str) -> Source:
        """An article. Raises `UnknownSource`, or `UnreadableSource` where its file is damaged."""
        if source_id not in self.ids():  # also keeps paths such as ../.. out
            raise UnknownSource(f"there is no source {source_id}", "compute-desk kb list")
        path = self._folder / source_id / "text.md"
        try:
            state = path.stat()
            mark = (state.st_ino, state.st_mtime_ns, state.st_size)
            known = self._read.get(source_id)
            if known is not None and known[0] == mark:
                return known[1]
            front, body = front_matter(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise UnreadableSource(
                f"{path} cannot be read: {error}",
                f"compute-desk kb remove {source_id}, then add it again",
            ) from error
        source = _source(source_id, front, clean(body))
        self._read[source_id] = (mark, source)
        return source

    def find(self, data: bytes) -> str | None:
        """The id of the article that was added from exactly these bytes."""
        wanted = sha256(data).hexdigest()
        suffix = f"-{wanted[:6]}"
        for source_id in self.ids():
            if source_id.endswith((suffix, f"-{wanted[:12]}")) and wanted == self._original(
                source_id
            ):
                return source_id
        return None

    def add(self, name: str, data: bytes, taken: frozenset[str], url: str | None = None) -> Source:
        """Take in a file as a new article; `name` is the file's, `taken` are ids not to use,
        `url` is where it was fetched from.

        Raises `UnreadableSource` where no text is found in it.
        """
        found = extract(data, name)
        digest = sha256(data).hexdigest()
        source_id = f"{_slug(name)}-{digest[:6]}"
        if source_id in taken or source_id in self.ids():
            source_id = f"{_slug(name)}-{digest[:12]}"
        front = _front(source_id, found, name, digest, url)
        suffix = Path(name).suffix
        files = {
            f"original{suffix if _SUFFIX.fullmatch(suffix) else ''}": data,
            "text.md": _with_front_matter(front, found.text).encode(),
        }
        self._write(source_id, files)
        return self.source(source_id)

    def remove(self, source_id: str) -> None:
        """Remove an article. Raises `UnknownSource`."""
        if source_id not in self.ids():
            raise UnknownSource(f"there is no source {source_id}", "compute-desk kb list")
        try:
            gone = Path(tempfile.mkdtemp(dir=self._folder, prefix=".removed-"))
            (self._folder / source_id).rename(gone / source_id)
            sync_folder(self._folder)
            shutil.rmtree(gone, ignore_errors=True)
        except OSError as error:
            raise unusable(self._folder, error) from error

    def sweep(self) -> None:
        """Remove what an interrupted add or remove left; the caller keeps other writers out."""
        for path in self._folder.glob(".*-*"):
            shutil.rmtree(path, ignore_errors=True)

    def _original(self, source_id: str) -> str | None:
        for path in (self._folder / source_id).glob("original*"):
            return sha256(path.read_bytes()).hexdigest()
        return None

    def _write(self, source_id: str, files: Mapping[str, bytes]) -> None:
        try:
            fresh = Path(tempfile.mkdtemp(dir=self._folder, prefix=".adding-"))
            for name, data in files.items():
                with (fresh / name).open("wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
            sync_folder(fresh)
            fresh.chmod(0o755)  # mkdtemp keeps others out; an article is as open as its home
            fresh.rename(self._folder / source_id)
            sync_folder(self._folder)
        except OSError as error:
            raise unusable(self._folder, error) from error


def _source(source_id: str, front: Mapping[str, str], text: str) -> Source:
    language = front.get("language", "")
    known = cast(Language, language) if language in _LANGUAGES else detect(text)
    title = front.get("title") or source_id
    publisher, published, url = (front.get(key) for key in ("publisher", "published", "url"))
    return Source(
        id=source_id,
        version=content_version(text, title, known, publisher, published, url),
        kind="article",
        title=title,
        language=known,
        text=text,
        layer="staff",
        publisher=publisher,
        published=published,
        url=url,
    )


def _front(
    source_id: str, found: Extracted, name: str, digest: str, url: str | None
) -> dict[str, str]:
    language = found.front.get("language", "")
    front = {
        "id": source_id,
        "title": found.title,
        "language": language if language in _LANGUAGES else detect(found.text),
        "publisher": found.publisher,
        "published": found.published,
        "url": url or found.url,
        "kind": "article",
        "form": found.form,
        "original": name,
        "sha256": digest,
        "added": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    return {key: value for key, value in front.items() if value}


def _with_front_matter(front: Mapping[str, str], text: str) -> str:
    head = yaml.safe_dump(dict(front), allow_unicode=True, sort_keys=False, width=10_000)
    return f"---\n{head}---\n\n{text}\n"


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", Path(name).stem).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    return slug[:40].strip("-") or "article"
