"""Slurm by command line, behind a made-up login: what is asked, and every way to fail."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

from tools.clusters.state import JobRequest
from tools.errors import SourceFailed
from tools.needs import Need, need
from tools.sources.asking import Configured, SourceAnswer, ask
from tools.sources.memory import Memory
from tools.sources.slurm import SOURCE, Commands, Config, try_out

RECORDED = Path(__file__).parent / "recorded" / "slurm-22.05"
NOW = datetime.fromtimestamp(1795388000, UTC)
# Answers like a login node: the words after it are the command that it is asked to run.
_LOGIN = """\
import json, os, sys, time
place, mode = sys.argv[1:3]
words = sys.argv[3:]
with open(os.path.join(place, "asked"), "a") as log:
    log.write(json.dumps(words) + "\\n")
program = next(word for word in words if word in ("scontrol", "squeue", "sbatch"))
kind = words[-1] if program == "scontrol" else "jobs"
if kind == "config":
    sys.stdout.write(f"PrivateData   = {'jobs,users' if mode == 'hides' else 'none'}\\n")
    sys.exit()
names = {"node": "nodes", "partition": "partitions", "reservation": "reservations",
         "job": "job_details", "jobs": "jobs"}
if mode == "hang":
    child = os.fork()
    with open(os.path.join(place, "pids"), "a") as log:
        log.write(f"{os.getpid()}\\n")
    time.sleep(60)
if mode == "unreachable":
    sys.exit(255)
if mode == "no program":
    sys.exit(127)
if mode == "no controller":
    sys.exit("slurm_load_node error: Unable to contact slurm controller (connect failure)")
if mode == "refuses" or (mode == "no jobs" and program == "squeue"):
    sys.exit("planted s3cret")
if mode == "huge" and kind == "node":
    sys.stdout.write("x" * 60_000_000)
    sys.exit()
if program == "sbatch":
    sys.exit("allocation failure: Requested node configuration is not available")
with open(os.path.join(sys.argv[0] + ".d", names[kind] + ".txt")) as file:
    text = file.read()
sys.stdout.write(text if mode != "cut" or kind != "node" else text[:-900])
"""


@pytest.fixture
def login(tmp_path: Path) -> Path:
    """The login's program; the recorded answers lie beside it."""
    program = tmp_path / "login.py"
    program.write_text(_LOGIN)
    (tmp_path / "login.py.d").symlink_to(RECORDED)
    return program


def config(login: Path, mode: str = "good", **more: object) -> Config:
    prefix = (sys.executable, str(login), str(login.parent), mode)
    return Config.model_validate({"prefix": prefix, **more})


def once(settings: Config, wanted: Need | None = None) -> SourceAnswer:
    memory = Memory(None)
    try:
        return asyncio.run(
            ask(Configured("fund", SOURCE, settings), wanted or Need(), memory, lambda: NOW)
        )
    finally:
        memory.close()


def asked(login: Path) -> list[list[str]]:
    return [json.loads(line) for line in (login.parent / "asked").read_text().splitlines()]


def test_the_recorded_cluster(login: Path) -> None:
    answer = once(config(login, partition="portfolio"), need("H100", 4, hours=Decimal(1)))
    assert answer.status.status == "ok", answer.status.error
    numbers = {
        each.gpu_raw: (each.free, each.whole_nodes, each.largest_block) for each in answer.offers
    }
    assert numbers == {"h100": (4, 0, 4), "a100": (1, 0, 1), "l40s": (2, 1, 2)}
    h100 = next(each for each in answer.offers if each.gpu_raw == "h100")
    assert h100.start
    assert h100.start.state == "not_later_than"  # it would fit, and six jobs wait
    shown = "".join(each.model_dump_json() for each in answer.offers) + repr(answer.findings)
    for planted in ("acme", "secret", "someone", "node0", "fans"):
        assert planted not in shown


def test_only_questions_are_asked_and_no_word_needs_a_quote(login: Path) -> None:
    once(config(login, partition="portfolio", account="fund-x"), need("H100", 8))
    commands = [
        " ".join(words[words.index("SLURM_TIME_FORMAT=%s") + 1 :]) for words in asked(login)
    ]
    assert sorted(each.split()[0] for each in commands) == [
        "sbatch", "scontrol", "scontrol", "scontrol", "scontrol", "squeue",
    ]  # fmt: skip
    for words in asked(login):
        assert words[0] == "env"
        for word in words:
            assert not set(word) & set(" \t\n'\"\\$`&|;<>()*?[]{}~#!"), word
    (tried,) = [each for each in commands if each.startswith("sbatch")]
    assert "--test-only" in tried
    assert "--gres=gpu:h100:8" in tried
    assert "--partition=portfolio --account=fund-x" in tried
    for each in commands:
        if each.startswith("scontrol"):
            assert " show " in each


def test_no_test_where_it_is_turned_off_or_no_job_is_stated(login: Path) -> None:
    once(config(login, test_only=False), need("H100", 8))
    once(config(login), need("H100"))
    assert not [words for words in asked(login) if "sbatch" in words]


@pytest.mark.parametrize(
    ("mode", "told"),
    [
        ("unreachable", "the login node cannot be reached"),
        ("no program", "there is no program scontrol there"),
        ("no controller", "Slurm's controller does not answer"),
        ("refuses", "scontrol failed with status 1"),
        ("huge", "over 50 MB"),
        ("cut", "not understood"),
    ],
)
def test_a_failure_is_named(login: Path, mode: str, told: str) -> None:
    answer = once(config(login, mode))
    assert (answer.status.status, answer.offers) == ("failed", [])
    assert told in (answer.status.error or "")
    assert "s3cret" not in answer.status.model_dump_json()


def test_a_partition_that_is_not_there(login: Path) -> None:
    answer = once(config(login, partition="nowhere"))
    assert answer.status.status == "failed"
    assert answer.status.error == "the cluster has no partition 'nowhere'; see `sinfo`"


def test_where_there_is_no_such_program() -> None:
    answer = once(Config(prefix=("/nowhere/ssh", "login")))
    assert "cannot start /nowhere/ssh" in (answer.status.error or "")


def test_without_jobs_the_queue_is_unknown_and_nothing_starts_now(login: Path) -> None:
    answer = once(config(login, "no jobs"), need("H100", 4, hours=Decimal(1)))
    assert answer.status.status == "ok"
    h100 = next(each for each in answer.offers if each.gpu_raw == "h100")
    assert h100.free == 4
    assert h100.queue
    assert h100.queue.pending_jobs is None
    assert h100.start
    assert h100.start.state == "unknown"


def test_a_cluster_that_hides_jobs_needs_a_user_who_sees_them(login: Path) -> None:
    for more, pending in (({}, None), ({"sees_all_jobs": True}, 7)):
        answer = once(config(login, "hides", **more), need("H100", 4, hours=Decimal(1)))
        h100 = next(each for each in answer.offers if each.gpu_raw == "h100")
        assert h100.free == 4
        assert h100.queue
        assert h100.queue.pending_jobs == pending


def test_what_hangs_is_killed_with_its_children(login: Path) -> None:
    began = time.monotonic()
    answer = once(config(login, "hang", deadline_s=1))
    assert time.monotonic() - began < 5
    assert answer.status.status == "failed"
    assert "within 1 s" in (answer.status.error or "")
    pids = [int(line) for line in (login.parent / "pids").read_text().split()]
    assert len(pids) >= 2  # parents and children

    def alive(pid: int) -> bool:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            return False
        return state != "Z"

    end = time.monotonic() + 5
    while any(alive(pid) for pid in pids) and time.monotonic() < end:
        os.sched_yield()
    assert [pid for pid in pids if alive(pid)] == []


@pytest.mark.parametrize("word", ["gpu:h100:8;reboot", "$(id)", "a b", "", "x'y", "né"])
def test_a_word_that_a_shell_could_read_is_not_passed_on(login: Path, word: str) -> None:
    commands = Commands(config(login).prefix)
    with pytest.raises(SourceFailed, match="cannot be passed on"):
        asyncio.run(commands.run(("scontrol", "show", word)))
    assert not (login.parent / "asked").exists()


def test_a_type_with_odd_letters_is_not_tried(login: Path) -> None:
    odd = JobRequest(gpu="h100;x", gpus=1)
    with pytest.raises(SourceFailed):
        asyncio.run(try_out(Commands(()), odd, Config()))


@pytest.mark.parametrize(
    "settings",
    [
        {"partition": "a b"},
        {"partition": "x;y"},
        {"account": "$(id)"},
        {"prefix": [""]},
        {"prefix": "ssh login"},
        {"token": "x"},
    ],
)
def test_settings_that_cannot_be(settings: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Config.model_validate(settings)
