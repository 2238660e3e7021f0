"""How commands fail: one line that says what to do, the exit code, a record with `--json`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Desk = Callable[..., tuple[int, str, str]]

TRAINING = ("estimate", "training", "--params", "7B", "--tokens", "2T")
WRONG_USAGE = [
    ((), "terminal", "usage"),
    (("nonsense",), "nonsense", "usage"),
    (("--session", "abc", "sessions"), "--session", "usage"),
    (("gpus", "--nonsense"), "--nonsense", "usage"),
    (("kb", "add"), "PATH", "usage"),
    (("kb", "show"), "ID", "usage"),
    (("kb", "search", "x", "-k", "0"), "-k", "usage"),
    (("estimate", "training", "--params", "7B"), "--tokens", "invalid_input"),
    ((*TRAINING, "--scope", "all"), "--scope", "usage"),
    (("gpus", "--gpu", "Z9000"), "Z9000", "unknown_gpu"),
    (("gpus", "--count", "-5"), "-5", "invalid_input"),
    (("gpus", "--count", "0"), "0", "invalid_input"),
    (("gpus", "--count", "2.5"), "2.5", "invalid_input"),
    (("gpus", "--max-price", "-1"), "-1", "invalid_input"),
    (("gpus", "--max-price", "cheap"), "cheap", "invalid_input"),
    (("gpus", "--term", "forever"), "forever", "invalid_input"),
    ((*TRAINING, "--gpu", "Z9000"), "Z9000", "unknown_gpu"),
    ((*TRAINING, "--gpus", "-8"), "-8", "invalid_input"),
    ((*TRAINING, "--gpus", "many"), "many", "invalid_input"),
    ((*TRAINING, "--price", "0"), "0", "invalid_input"),
    ((*TRAINING, "--active-params", "70B"), "70B", "invalid_input"),
    (("estimate", "training", "--params", "-7B", "--tokens", "2T"), "-7B", "invalid_input"),
    (("estimate", "training", "--params", "7B", "--tokens", "lots"), "lots", "invalid_input"),
    (("ask", "   "), "empty", "invalid_question"),
    (("ask", "why?!" * 20_000), "100,000", "invalid_question"),
]


def _name(case: object) -> str | None:
    return " ".join(str(part)[:20] for part in case) if isinstance(case, tuple) else None


@pytest.mark.parametrize(("arguments", "named", "code"), WRONG_USAGE, ids=_name)
def test_wrong_usage_is_one_line_and_exit_2(
    desk: Desk, arguments: tuple[str, ...], named: str, code: str
) -> None:
    status, out, err = desk(*arguments)
    assert (status, out) == (2, "")
    _is_one_line(err, named)


@pytest.mark.parametrize(
    ("arguments", "named", "code"),
    [case for case in WRONG_USAGE if case[0] and case[0][0] not in ("nonsense", "--session")],
    ids=_name,
)
def test_with_json_the_error_is_a_document(
    desk: Desk, arguments: tuple[str, ...], named: str, code: str
) -> None:
    status, out, err = desk(*arguments, "--json")
    assert status == 2
    document = json.loads(out)
    assert set(document) == {"schema", "error"}
    assert document["schema"] == 1
    assert set(document["error"]) == {"code", "message", "hint"}
    assert document["error"]["code"] == code
    assert document["error"]["message"]
    assert document["error"]["hint"]
    _is_one_line(err, named)


@pytest.mark.parametrize(
    ("arguments", "named", "code"),
    [
        (("kb", "show", "no-such-id"), "no-such-id", "unknown_source"),
        (("kb", "show", "a16z-oxygen", "--version", "000"), "000", "unknown_source"),
        (("programs", "show", "no such program"), "no such program", "unknown_source"),
        (("kb", "remove", "no-such-id"), "no-such-id", "unknown_source"),
        (("kb", "remove", "a16z-oxygen"), "a16z-oxygen", "read_only_source"),
        (("kb", "eval", "no-such-folder"), "no-such-folder", None),
        (("ask", "H100?", "--model", "nobody:nothing"), "nobody", "model_unavailable"),
    ],
    ids=_name,
)
def test_what_cannot_be_done_is_one_line_and_exit_1(
    desk: Desk, arguments: tuple[str, ...], named: str, code: str | None
) -> None:
    status, out, err = desk(*arguments)
    assert (status, out) == (1, "")
    _is_one_line(err, named)
    status, out, _ = desk(*arguments, "--json")
    assert status == 1
    error = json.loads(out)["error"]
    assert code in (None, error["code"])


def test_json_after_two_dashes_is_text(desk: Desk) -> None:
    status, out, err = desk("gpus", "--", "--json")
    assert (status, out) == (2, "")
    _is_one_line(err, "--json")


def test_json_and_plain_exclude_each_other(desk: Desk) -> None:
    status, out, _ = desk("ask", "H100?", "--json", "--plain")
    assert status == 2
    assert json.loads(out)["error"]["code"] == "usage"


@pytest.mark.parametrize(
    "command", [("kb", "list"), ("sessions",), ("programs",), ("ask", "H100?")]
)
def test_a_home_that_is_a_file(desk: Desk, home: Path, command: tuple[str, ...]) -> None:
    home.write_text("not a folder")
    status, out, err = desk(*command)
    assert (status, out) == (1, "")
    _is_one_line(err, str(home))
    assert home.read_text() == "not a folder"


def test_a_home_that_cannot_be_made(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPUTE_DESK_HOME", "/proc/no/home")
    status, out, err = desk("kb", "search", "GPU")
    assert (status, out) == (1, "")
    _is_one_line(err, "/proc/no/home")


def test_settings_that_do_not_parse(desk: Desk, home: Path) -> None:
    home.mkdir()
    (home / "settings.toml").write_text("model = [")
    status, _, err = desk("kb", "list")
    assert status == 1
    _is_one_line(err, "settings.toml")


def test_an_error_in_the_terminal_steers_nothing(desk: Desk) -> None:
    _, out, err = desk("kb", "show", "\x1b]52;c;aGk=\x07\x1b[31mred\u202e\nsecond")
    assert not set("\x1b\x07\u202e") & set(out + err)
    assert err.count("\n") == 1


def test_an_unexpected_exception_names_its_type_only(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("key sk-secret")

    monkeypatch.setattr("tools.market.gpu_offers", fail)
    status, out, err = desk("gpus")
    assert (status, out) == (1, "")
    _is_one_line(err, "ZeroDivisionError")
    assert "report" in err
    assert "sk-secret" not in err
    status, out, _ = desk("gpus", "--json")
    assert json.loads(out)["error"]["code"] == "unexpected"

    monkeypatch.setenv("COMPUTE_DESK_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        desk("gpus")


def test_a_full_disk_is_named(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "/full/file")

    monkeypatch.setattr("tools.market.gpu_offers", fail)
    status, _, err = desk("gpus")
    assert status == 1
    _is_one_line(err, "No space left on device: /full/file")


def test_ctrl_c_in_a_command_is_exit_130(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tools.market.gpu_offers", interrupt)
    assert desk("gpus") == (130, "", "")


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_ctrl_c_in_the_middle_of_an_answer(home: Path) -> None:
    # The pipe is not read before the signal, and the answer waits on it: no timing involved.
    code = (
        "import assistant.assistant as a, os, signal, sys\n"
        # A shell's background job inherits a SIGINT that is ignored.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "class Interrupted(a.Assistant):\n"
        "    async def stream(self, text, session=None):\n"
        "        from assistant.events import Text\n"
        "        yield Text('half an answer')\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "        await __import__('asyncio').Event().wait()\n"
        "a.Assistant = Interrupted\n"
        "from assistant.cli import main\n"
        "sys.exit(main(['ask', 'H100?']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 130, done.stderr
    assert done.stdout.startswith(b"half an answer")
    assert b"Traceback" not in done.stderr


def test_a_reader_that_hangs_up_gets_no_complaint() -> None:
    command = Path(sys.executable).with_name("compute-desk")
    reading, writing = os.pipe()
    os.close(reading)  # nobody will ever read
    with os.fdopen(writing) as pipe:
        done = subprocess.run(
            [command, "programs", "list"],
            stdout=pipe,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    assert done.stderr == b""
    assert done.returncode != -signal.SIGPIPE


def _is_one_line(err: str, named: str) -> None:
    assert err.startswith("Error: ")
    assert err.count("\n") == 1
    assert err.endswith("\n")
    assert named in err
    assert "Traceback" not in err


def test_a_long_value_is_not_repeated_whole(desk: Desk) -> None:
    status, out, _ = desk(*TRAINING, "--precision", "1" * 5000, "--json")
    assert status == 2
    message = json.loads(out)["error"]["message"]
    assert "--precision" in message
    assert len(message) < 400


def test_what_was_typed_is_repeated_shortened(desk: Desk, used_home: Path) -> None:
    status, out, err = desk("replay", "x" * 9_000)
    assert (status, out) == (1, "")
    _is_one_line(err, "xxx")
    assert len(err) < 500


def test_a_stdout_that_is_closed_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    from assistant.cli import output

    monkeypatch.setattr(sys, "stdout", None)
    output.speak_utf8()
    output.table(("a",), [("b",)])
    sys.stdout.close()
