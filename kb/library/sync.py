"""What changed in the library while nobody watched: edits by hand, and a new release."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

from kb import starter
from kb.library.journal import Action, Change, change
from kb.library.layers import Broken, Library, StaffLayer
from kb.library.views import View
from kb.records import Layer, Source
from kb.retrieval.manifest import Manifest

FOUND = "found by sync"

Done = Literal["added", "changed", "removed"]
_DONE: dict[Action, Done] = {"add": "added", "edit": "changed", "remove": "removed"}


@dataclass(frozen=True, slots=True)
class Step:
    """What the index does about one source. `previous` is the version that it held, `version` the
    one that holds now; one of them is None where the source is new or gone."""

    source: str
    action: Done
    layer: Layer | None
    previous: str | None
    version: str | None


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync did or, on trial, would do. `notes` name files that cannot be read."""

    steps: list[Step] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    trial: bool = False


def plan(sources: Mapping[str, Source], base: Manifest | None) -> list[Step]:
    """The steps from what the index holds to what the library holds, sorted by id."""
    held = base.documents if base is not None else {}
    steps = []
    for source_id in sorted({*sources, *held}):
        now, before = sources.get(source_id), held.get(source_id)
        if now is None and before is not None:
            steps.append(Step(source_id, "removed", None, before.version, None))
        elif now is not None and before is None:
            steps.append(Step(source_id, "added", now.layer, None, now.version))
        elif now is not None and before is not None and now.version != before.version:
            steps.append(Step(source_id, "changed", now.layer, before.version, now.version))
    return steps


def notes(staff: StaffLayer, *, fund: bool) -> list[str]:
    """A line for each file of the staff layer that cannot be read, and what is used instead.

    Founders hear only of sources that they see: nobody can tell what a new one would have been.
    """
    lines = []
    for broken in staff.broken:
        if not fund and not _was_public(broken):
            continue
        instead = "it is left out" if broken.instead is None else "the last good version stays"
        lines.append(f"{broken.error.message}; {instead}")
    return lines


def _was_public(broken: Broken) -> bool:
    """Whether staff's copy was public when it last could be read."""
    source = broken.instead.source if broken.instead is not None else None
    return source is not None and source.layer == "staff" and source.visibility == "public"


def with_edits(steps: Sequence[Step], edits: Sequence[Change], view: View) -> list[Step]:
    """The steps of the founders' index, and the edits of what founders do not see (`view` is
    theirs), sorted by id."""
    taken = {step.source for step in steps}
    seen = {(source.id, source.version) for source in view.sources().values()}
    hidden = [
        Step(edit.source, _DONE[edit.action], edit.layer, None, edit.version)
        for edit in edits
        if edit.source not in taken and (edit.source, edit.version) not in seen
    ]
    return sorted([*steps, *hidden], key=lambda step: step.source)


def record(library: Library, staff: StaffLayer) -> list[Change]:
    """Write into the history what is there and not yet in it, and return the edits by hand; the
    caller is the only writer.

    Versions go into the archive before the journal names them, so a kill only repeats the work.
    """
    edits = by_hand(library, staff)
    for edit in edits:
        if edit.version is not None:
            library.keep(staff.good[edit.source], library.shelf(edit.kind).files(edit.source))
    for source in staff.good.values():
        if source.visibility == "fund" and source.kind == "program":
            library.keep_public(library.held(library.programs, source.id))
    library.history.journal.append([*edits, *_released(library)])
    return edits


def by_hand(library: Library, staff: StaffLayer) -> list[Change]:
    """What was changed in the staff layer and is not yet in its history."""
    known = library.history.journal.current("staff")
    found = []
    for source_id, source in staff.good.items():
        before = known.get(source_id)
        if before is not None and (before.version, before.kind) == (source.version, source.kind):
            continue
        action: Literal["add", "edit"] = "add" if before is None else "edit"
        found.append(
            change(action, source_id, source.kind, source.version, title=source.title, why=FOUND)
        )
    standing = {*staff.good, *(broken.source for broken in staff.broken)}
    for source_id, before in known.items():
        if source_id not in standing:
            found.append(
                change("remove", source_id, before.kind, None, title=before.title, why=FOUND)
            )
    return found


def _released(library: Library) -> list[Change]:
    known = library.history.journal.current("starter")
    name = f"Compute Desk {_release()}"
    found = []
    for source_id, document in starter.documents().items():
        source, before = document.source, known.get(source_id)
        if before is not None and before.version == source.version:
            continue
        library.history.archive.keep(source, starter.files(source_id), durable=False)
        found.append(
            change(
                "add" if before is None else "edit",
                source_id,
                source.kind,
                source.version,
                title=source.title,
                why=f"came with {name}",
                layer="starter",
                who=name,
            )
        )
    for source_id, before in known.items():
        if source_id not in starter.documents():
            found.append(
                change(
                    "remove",
                    source_id,
                    before.kind,
                    None,
                    title=before.title,
                    why=f"not in {name}",
                    layer="starter",
                    who=name,
                )
            )
    return found


def _release() -> str:
    try:
        return version("compute-desk")
    except PackageNotFoundError:  # run from a folder without being installed
        return "(not installed)"
