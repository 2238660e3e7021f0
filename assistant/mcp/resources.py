"""The library as resources: `compute-desk://article/ID` and `compute-desk://program/ID`."""

from __future__ import annotations

import re

from mcp_types import (
    Annotations,
    ListResourcesResult,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    TextResourceContents,
)

from assistant.knowledge import Knowledge
from kb.errors import UnknownSource
from kb.records import Source

PAGE = 200
"""Resources in one answer; the id of the last one is the cursor to the next."""
TEMPLATES = [
    ResourceTemplate(
        name="source",
        uri_template="compute-desk://{kind}/{id}{?version}",
        description="An article or a program, now or in an older version. A citation's `start` and"
        " `end` count code points of this text.",
        mime_type="text/markdown",
    )
]
_URI = re.compile(r"compute-desk://(article|program)/([\w.-]+)(?:\?version=(\w+))?", re.ASCII)


def listed(kb: Knowledge, cursor: str | None) -> ListResourcesResult:
    """The sources that founders see, `PAGE` at a time in the order of their ids, from the one
    after `cursor`."""
    sources = [source for source in kb.sources() if cursor is None or source.id > cursor]
    page = sources[:PAGE]
    rest = page[-1].id if len(sources) > PAGE else None
    return ListResourcesResult(resources=[_resource(source) for source in page], next_cursor=rest)


def read(kb: Knowledge, uri: str) -> ReadResourceResult:
    """The text of a source. Raises `UnknownSource`, the same for what is missing and what is not
    for founders."""
    match = _URI.fullmatch(uri)
    if match is None:
        raise UnknownSource(f"no resource {uri[:200]!r}", "list them: resources/list")
    kind, name, version = match.groups()
    source = kb.source(name, version)
    if source.kind != kind:
        raise UnknownSource(f"there is no {kind} {name}", "list them: resources/list")
    text = TextResourceContents(
        uri=uri,
        text=source.text,
        mime_type="text/markdown",
        _meta={"version": source.version, "language": source.language},
    )
    return ReadResourceResult(contents=[text])


def _resource(source: Source) -> Resource:
    about = (source.publisher, source.published, source.language)
    return Resource(
        name=source.id,
        title=source.title,
        uri=f"compute-desk://{source.kind}/{source.id}",
        description=", ".join(part for part in about if part),
        mime_type="text/markdown",
        size=len(source.text.encode()),
        annotations=Annotations(audience=["user", "assistant"]),
        _meta={"version": source.version},
    )
