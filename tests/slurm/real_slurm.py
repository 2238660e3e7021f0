"""A real Slurm for tests: munged, slurmctld, five slurmd and slurmrestd on loopback ports.

Nodes are made up (GPUs are plain files, CPUs and memory are stated, not found), the programs are
those of the packages. Everything lives in one folder and ends with it.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "slurmrestd", "scontrol", "sbatch", "squeue")
PACKAGES = (
    "slurm-wlm slurmctld slurmd slurmrestd slurm-client munge "
    "slurm-wlm-basic-plugins slurm-wlm-jwt-plugin"
)
H100_NODES = ("node01", "node02", "node03", "node04")
MIXED_NODE = "node05"  # four A100 and two L40S
NODES = (*H100_NODES, MIXED_NODE)
DEADLINE = 40.0
_DIES_WITH_US = ("setpriv", "--pdeathsig", "KILL")  # where the test run itself is killed
_AS_ANY_USER = {"SLURMRESTD_SECURITY": "disable_user_check"}  # root and Slurm's user too

_CONF = """\
ClusterName=made-up
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ctld_port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={here}/munge.sock
AuthAltTypes=auth/jwt
AuthAltParameters=jwt_key={here}/jwt.key
StateSaveLocation={here}/state
SlurmdSpoolDir={here}/spool/%n
SlurmctldPidFile={here}/slurmctld.pid
SlurmdPidFile={here}/slurmd-%n.pid
SlurmctldLogFile={here}/slurmctld.log
SlurmdLogFile={here}/slurmd-%n.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
ReturnToService=2
KillWait=1
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=1,bf_continue,sched_min_interval=10000,batch_sched_delay=1
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
GresTypes=gpu
PriorityType=priority/basic
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
MailProg=/bin/true
SlurmdParameters=config_overrides
{nodes}
PartitionName=portfolio Nodes=node[01-05] Default=YES MaxTime=7-00:00:00 DefaultTime=01:00:00 \
State=UP OverSubscribe=NO
PartitionName=interactive Nodes=node04 MaxTime=04:00:00 State=UP
"""


def missing_programs() -> list[str]:
    """The programs of the packages that are not on this machine."""
    return [name for name in PROGRAMS if _program(name) is None]


def _program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def _user() -> str:
    return pwd.getpwuid(os.geteuid()).pw_name


def _free_ports(count: int) -> list[int]:
    taken = [socket.socket() for _ in range(count)]
    try:
        for each in taken:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in taken]
    finally:
        for each in taken:
            each.close()


def wait_for(what: str, holds: Callable[[], bool], seconds: float = DEADLINE) -> None:
    """Poll until `holds`; fails with `what` and the seconds waited."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.05)


class RealSlurm:
    """The daemons over one folder. `environment` makes the clients find them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.conf = folder / "slurm.conf"
        ctld, self.rest_port, *node_ports = _free_ports(2 + len(NODES))
        self._ports = dict(zip(NODES, node_ports, strict=True))
        self._ctld_port = ctld
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.environment = {
            **{name: value for name, value in os.environ.items() if name in ("HOME", "LANG")},
            "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin",
            "SLURM_CONF": str(self.conf),
        }
        self._write_configuration()

    def _write_configuration(self) -> None:
        here, host, user = self.folder, socket.gethostname().split(".")[0], _user()
        here.chmod(0o755)
        for name in ("state", *(f"spool/{node}" for node in NODES)):
            (here / name).mkdir(parents=True)
        for number in range(8):
            (here / f"gpu{number}").touch()
        for name, size in (("munge.key", 1024), ("jwt.key", 32)):
            (here / name).write_bytes(secrets.token_bytes(size))
            (here / name).chmod(0o400 if name == "munge.key" else 0o600)
        machine = (
            f"NodeHostname={host} NodeAddr=127.0.0.1 CPUs=208 Sockets=2 CoresPerSocket=52 "
            "ThreadsPerCore=2 RealMemory=2000000 State=UNKNOWN"
        )
        gres = dict.fromkeys(H100_NODES, "Gres=gpu:h100:8 Feature=h100,sxm,ib400")
        gres[MIXED_NODE] = "Gres=gpu:a100:4,gpu:l40s:2 Feature=a100,l40s"
        lines = [
            f"NodeName={name} Port={self._ports[name]} {gres[name]} {machine}" for name in NODES
        ]
        self.conf.write_text(
            _CONF.format(
                here=here, host=host, user=user, ctld_port=self._ctld_port, nodes="\n".join(lines)
            )
        )
        (here / "gres.conf").write_text(
            f"NodeName=node[01-04] Name=gpu Type=h100 File={here}/gpu[0-7]\n"
            f"NodeName={MIXED_NODE} Name=gpu Type=a100 File={here}/gpu[0-3]\n"
            f"NodeName={MIXED_NODE} Name=gpu Type=l40s File={here}/gpu[4-5]\n"
        )

    def start(self) -> None:
        """Start everything; all nodes are idle and slurmrestd answers when this returns."""
        here = self.folder
        keys = [f"--key-file={here}/munge.key", f"--seed-file={here}/munge.seed"]
        logs = [f"--pid-file={here}/munged.pid", f"--log-file={here}/munged.log"]
        self._spawn("munged", "--force", "-F", "-S", str(here / "munge.sock"), *keys, *logs)
        wait_for("munge's socket", (here / "munge.sock").exists)
        self.start_controller()
        for name in NODES:
            self.start_node(name)
        self._spawn(
            "slurmrestd",
            *("-f", str(self.conf), "-s", self._rest_plugin(), "-a", "rest_auth/jwt"),
            f"127.0.0.1:{self.rest_port}",
            label="slurmrestd",
            environment={"SLURM_JWT": "daemon", **_AS_ANY_USER},
        )
        self.wait_until_idle()
        wait_for("slurmrestd", self._rest_listens)

    def _rest_plugin(self) -> str:
        """slurmrestd's plugin for the controller: by its name from 23.02 on, else by a version."""
        told = subprocess.run(
            [_program("slurmrestd") or "slurmrestd", "-f", str(self.conf), "-s", "list"],
            env={**self.environment, **_AS_ANY_USER},
            capture_output=True, text=True, timeout=30, check=False,
        )  # fmt: skip
        names = re.findall(r"openapi/\S+", told.stdout + told.stderr)
        numbered = [name for name in names if name.startswith("openapi/v")]
        return "openapi/slurmctld" if "openapi/slurmctld" in names else max(numbered)

    def _rest_listens(self) -> bool:
        assert self._running["slurmrestd"].poll() is None, "slurmrestd ended"
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", self.rest_port)) == 0

    def _spawn(
        self,
        program: str,
        *arguments: str,
        label: str | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        found = _program(program)
        assert found, f"{program} is not installed"
        label = label or program
        with (self.folder / f"{label}.out").open("ab") as out:
            self._running[label] = subprocess.Popen(
                [*_DIES_WITH_US, found, *arguments],
                env={**self.environment, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def _end(self, label: str, how: signal.Signals = signal.SIGTERM) -> None:
        process = self._running.pop(label, None)
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)

    def start_controller(self) -> None:
        self._spawn("slurmctld", "-D", "-f", str(self.conf))
        wait_for("slurmctld", self._controller_answers)

    def _controller_answers(self) -> bool:
        assert self._running["slurmctld"].poll() is None, "slurmctld ended"
        return "UP" in self.run("scontrol", "ping", check=False)

    def stop_controller(self) -> None:
        self._end("slurmctld")

    def start_node(self, name: str) -> None:
        self._spawn("slurmd", "-D", "-N", name, "-f", str(self.conf), label=f"slurmd-{name}")

    def stop_node(self, name: str) -> None:
        self._end(f"slurmd-{name}")

    def run(self, *arguments: str, check: bool = True) -> str:
        """A client program's stdout; with `check` its failure fails the test."""
        ended = subprocess.run(
            arguments, env=self.environment, capture_output=True, text=True, timeout=30, check=False
        )
        assert ended.returncode == 0 or not check, f"{arguments}: {ended.stderr}"
        return ended.stdout

    def token(self) -> str:
        """A fresh token for slurmrestd, good for ten minutes."""
        return self.run("scontrol", "token", "lifespan=600").strip().removeprefix("SLURM_JWT=")

    def submit(self, *options: str, seconds: float = 600) -> int:
        """Submit a job that sleeps; its number. It holds one CPU and 100 MB a node unless told."""
        script = f"--wrap=exec sleep {seconds}"
        quiet = ("--output=/dev/null", "--chdir=/", "--job-name=other-company")
        out = self.run("sbatch", "--parsable", "--mem=100", *quiet, *options, script)
        return int(out.strip())

    def tried(self, *options: str) -> datetime:
        """The start that `sbatch --test-only` states for such a job."""
        ended = subprocess.run(
            ["env", "SLURM_TIME_FORMAT=%s", "sbatch", "--test-only", "--wrap=true", *options],
            env=self.environment, capture_output=True, text=True, timeout=30, check=True,
        )  # fmt: skip
        seconds = ended.stderr.split(" to start at ")[1].split()[0]
        return datetime.fromtimestamp(int(seconds), UTC)

    def job(self, number: int) -> dict[str, str]:
        """What `scontrol show job` says of a job."""
        words = self.run("scontrol", "-o", "show", "job", str(number)).split()
        return dict(word.split("=", 1) for word in words if "=" in word)

    def wait_state(self, state: str, *numbers: int, seconds: float = DEADLINE) -> None:
        """Until each of these jobs is in `state`, like RUNNING."""

        def all_there() -> bool:
            return all(self.job(number)["JobState"] == state for number in numbers)

        wait_for(f"jobs {numbers} {state}", all_there, seconds)

    def states(self) -> dict[str, str]:
        """Each node's state word, as `sinfo` shows it."""
        out = self.run("sinfo", "-N", "-h", "-o", "%N %T", check=False)
        return dict(line.split(None, 1) for line in out.splitlines())

    def wait_until_idle(self) -> None:
        wait_for("all nodes idle", lambda: list(self.states().values()) == ["idle"] * len(NODES))

    def reset(self) -> None:
        """No jobs, no reservations, every node in service."""
        for name in NODES:
            if f"slurmd-{name}" not in self._running:
                self.start_node(name)
        self.run("scancel", "--user", _user())
        for line in self.run("scontrol", "-o", "show", "reservation").splitlines():
            if line.startswith("ReservationName="):
                name = line.split()[0].removeprefix("ReservationName=")
                self.run("scontrol", "delete", f"reservation={name}")
        for name, state in self.states().items():
            if not state.startswith(("idle", "mixed", "allocated", "completing")):
                self.run("scontrol", "update", f"nodename={name}", "state=resume", check=False)
        self.wait_until_idle()

    def stop(self) -> None:
        """End every process that was started, and what these started."""
        if "slurmctld" in self._running:
            self.run("scancel", "--user", _user(), check=False)
            with contextlib.suppress(AssertionError):  # the processes are killed all the same
                wait_for("no job left", lambda: not self.run("squeue", "-h", check=False), 10)
        for label in sorted(self._running, reverse=True):
            self._end(label)
        for process in self._left_over():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def _left_over(self) -> list[int]:
        """Jobs and their keepers that outlived the daemons: all know this cluster's set-up."""
        found = []
        for place in Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):
                if f"SLURM_CONF={self.conf}\0".encode() in place.read_bytes():
                    found.append(int(place.parent.name))
        return found
