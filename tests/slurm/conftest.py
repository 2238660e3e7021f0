"""One real Slurm for all tests here, put back to idle before each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.slurm.real_slurm import PACKAGES, RealSlurm, missing_programs


@pytest.fixture(scope="session")
def running_slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealSlurm]:
    missing = missing_programs()
    if missing:
        pytest.skip(f"no {', '.join(missing)} here: `make test-slurm` installs {PACKAGES}")
    slurm = RealSlurm(tmp_path_factory.mktemp("slurm"))
    try:
        slurm.start()
        yield slurm
    finally:
        slurm.stop()


@pytest.fixture
def slurm(running_slurm: RealSlurm) -> RealSlurm:
    """The cluster with no jobs and no reservations, every node idle."""
    running_slurm.reset()
    return running_slurm
