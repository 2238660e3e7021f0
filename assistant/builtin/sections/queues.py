"""The fund's own clusters: what is free there, what waits, and when a job could start."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from assistant.builtin.figures import delay, moment, plain
from assistant.builtin.sections import Section, foreign_name
from assistant.evidence import Artifact, ToolEvidence
from assistant.phrases import Phrases

ROWS = 8


def queue_section(done: Sequence[Artifact], say: Phrases) -> Section:
    """The soonest cluster first, a table of all, and what is not known."""
    asked = next((a.tool for a in done if a.tool.name == "cluster_queue"), None)
    if asked is None:
        return Section(answered=False)
    if not asked.ok:
        return Section([say.failure(asked.error, asked.hint)], answered=False)
    rows = asked.result["clusters"]
    if not rows:
        return Section(_without_rows(asked, say), answered=False, gaps=[_wanted(asked)])
    lead = f"{_lead(asked, rows[0], say)} [{asked.id}:clusters.0]"
    if rows[0]["standing"] == "recent":
        seen = moment(rows[0]["observed_at"], say.language) or say.undated
        between = " " if say.language == "en" else ""
        lead += f"{between}{say.queue_seen.format(when=seen)} [{asked.id}:clusters.0]"
    section = Section([lead, "", say.queue_header])
    section.lines.append("|---" * (say.queue_header.count("|") - 1) + "|")
    section.lines += [_row(asked, n, row, say) for n, row in enumerate(rows[:ROWS])]
    section.lines += ["", *_notes(asked, rows[:ROWS], say), *_silent(asked, say)]
    return section


def _without_rows(asked: ToolEvidence, say: Phrases) -> list[str]:
    unknowns = asked.result["unknowns"]
    if "past_day" in unknowns:
        return [say.queue_past]
    if "no_cluster" in unknowns and "source_failed" not in unknowns:
        return [f"{say.queue_no_cluster} {say.queue_set_up}"]
    if "source_failed" in unknowns:
        return [say.queue_failed, *_silent(asked, say)]
    return [say.queue_no_gpu.format(gpu=asked.args.get("gpu", "GPU"))]


def _wanted(asked: ToolEvidence) -> str:
    told = ", ".join(f"{key}={value}" for key, value in asked.args.items())
    return f"cluster_queue {told}".strip()


def _lead(asked: ToolEvidence, row: dict[str, Any], say: Phrases) -> str:
    """What answers first: a start where a number was asked for, else what is free."""
    count, start, pieces = asked.args.get("count"), row["start"], row["fragmentation"]
    words = {
        "n": count,
        "gpu": asked.args.get("gpu") or foreign_name(row["gpu_raw"]),
        "cluster": foreign_name(row["provider"]),
        "free": _figure(row["free"], say),
        "total": _figure(row["total"], say),
        "whole": _figure(row["whole_nodes"], say),
        "block": _figure(row["largest_block"], say),
        "node": pieces["node"] if pieces else None,
        "at": moment(start["at"], say.language) if start else None,
    }
    state = start["state"] if start else None
    if row["standing"] == "stale":
        seen = moment(row["observed_at"], say.language) or say.undated
        return f"**{say.queue_stale.format(cluster=words['cluster'], when=seen)}**"
    by_state = {"now": say.queue_now, "not_later_than": say.queue_by, "never": say.queue_never}
    if count and state in by_state:
        return by_state[state].format(**words)
    if count and row["total"] is not None and row["total"] < count:
        return say.queue_short.format(**words)
    if row["free"] is None:
        return say.queue_use.format(**words)
    if pieces and None not in (pieces["whole_nodes"], pieces["largest_block"]):
        return say.queue_pieces.format(**words)
    if count:
        return say.queue_unknown.format(**words)
    where = (row["total"], row["whole_nodes"], row["largest_block"])
    return (say.queue_somewhere if None in where else say.queue_free).format(**words)


def _row(asked: ToolEvidence, n: int, row: dict[str, Any], say: Phrases) -> str:
    free = _figure(row["free"], say)
    free = free if row["total"] is None else f"{free}/{row['total']}"
    cells = [
        foreign_name(row["provider"]),
        foreign_name(row["gpu_raw"]),
        f"{free} [{asked.id}:clusters.{n}]",
        _figure(row["whole_nodes"], say),
        _figure(row["largest_block"], say),
        _waiting(row, say),
        _start(row["start"], say),
        moment(row["observed_at"], say.language) or say.undated,
    ]
    return f"| {' | '.join(cells)} |"


def _waiting(row: dict[str, Any], say: Phrases) -> str:
    if row["pending_jobs"] is None:
        return say.not_known
    if row["pending_gpus"] is None or not row["pending_jobs"]:
        return say.queue_jobs.format(jobs=row["pending_jobs"])
    return say.queue_waiting.format(jobs=row["pending_jobs"], gpus=row["pending_gpus"])


def _start(start: dict[str, Any] | None, say: Phrases) -> str:
    if start is None:
        return say.not_known
    told = say.starts[start["state"]].format(
        at=moment(start["at"], say.language), until=moment(start["until"], say.language)
    )
    methods = [say.start_methods.get(each, each) for each in start["method"].split(", ") if each]
    if not methods or start["state"] == "unknown":
        return told
    return say.about_rule.format(kind=told, marks=say.comma.join(methods))


def _notes(asked: ToolEvidence, rows: Sequence[dict[str, Any]], say: Phrases) -> Iterator[str]:
    for n, row in enumerate(rows):
        at = f"[{asked.id}:clusters.{n}]"
        cluster, gpu = foreign_name(row["provider"]), foreign_name(row["gpu_raw"])
        if row["standing"] == "stale":
            seen = moment(row["observed_at"], say.language) or say.undated
            yield f"- {say.queue_stale.format(cluster=cluster, when=seen)} {at}"
        if row["quota_gpus"] is not None:
            used = _figure(row["quota_used"], say)
            told = say.queue_quota.format(cluster=cluster, gpu=gpu, n=row["quota_gpus"], used=used)
            yield f"- {told} {at}"
        if row["place"] is not None:
            queue = {"n": row["place"], "all": _figure(row["pending_jobs"], say)}
            yield f"- {say.queue_place.format(cluster=cluster, **queue)} {at}"
        for m, error in enumerate(row["errors"]):
            yield f"- {_error(cluster, error, say)} [{asked.id}:clusters.{n}.errors.{m}]"
    states = {row["start"]["state"] for row in rows if row["start"]}
    if "not_later_than" in states:
        yield f"- {say.queue_condition}"
    if all(row["quota_gpus"] is None for row in rows):
        yield f"- {say.queue_no_quota}"
    if "count" not in asked.args:
        yield f"- {say.queue_count}"


def _error(cluster: str, error: dict[str, Any], say: Phrases) -> str:
    if not error["enough"]:
        return say.queue_few.format(cluster=cluster, n=error["count"])
    return say.queue_error[error["kind"]].format(
        cluster=cluster,
        n=error["count"],
        median=_late(error["median_late_s"], say),
        worst=_late(error["worst_late_s"], say),
        early=error["too_early_count"],
    )


def _late(seconds: int, say: Phrases) -> str:
    template = say.queue_late if seconds >= 0 else say.queue_early
    return template.format(time=delay(seconds, say.language))


def _silent(asked: ToolEvidence, say: Phrases) -> Iterator[str]:
    """The sources that could not be asked, and why."""
    for n, source in enumerate(asked.result["sources"]):
        if source["error"]:
            told = say.queue_source.format(name=foreign_name(source["name"]), error=source["error"])
            yield f"- {told} [{asked.id}:sources.{n}]"


def _figure(value: int | None, say: Phrases) -> str:
    return say.not_known if value is None else plain(value, "en")
