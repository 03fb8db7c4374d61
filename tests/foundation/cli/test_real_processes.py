"""The installed program as a shell meets it: real processes, real exit codes, real signals."""

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PROGRAM = [sys.executable, "-c", "import wsgi; wsgi.main()"]


def environ(folder: Path) -> dict[str, str]:
    return {"DATA_DIR": str(folder), "PYTHONIOENCODING": "utf-8", "PATH": "/usr/bin:/bin"}


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *arguments],
        cwd=ROOT,
        env=environ(folder),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo books, opened by the program itself."""
    found = tmp_path_factory.mktemp("program")
    result = run(found, "--json", "init", "--profile", "demo", "--start", "2025-11")
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    answer = json.loads(result.stdout)
    assert answer["periods"][:3] == ["2025-11", "2025-12", "2026-01"]
    return found


def test_program_opens_and_checks_books(folder: Path) -> None:
    result = run(folder, "--json", "--as", "auditor", "check", "--strict")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["findings"] == []


def test_program_refuses_with_1_and_wrong_usage_with_2(folder: Path) -> None:
    assert run(folder, "init", "--profile", "demo").returncode == 1
    assert run(folder, "init").returncode == 2


def test_program_serves_until_it_is_interrupted(folder: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with subprocess.Popen(
        [*PROGRAM, "serve", "--port", str(port)],
        cwd=ROOT,
        env=environ(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            assert server.stderr is not None
            while "Ctrl-C" not in (line := server.stderr.readline()):
                assert line, "the server ended before it began"
            answer = _get(f"http://127.0.0.1:{port}/healthz")
            second = run(folder, "serve", "--port", str(port))
        finally:
            server.send_signal(signal.SIGTERM)
            code = server.wait(timeout=30)
    assert answer == 200
    assert (second.returncode, "端口" in second.stderr) == (1, True)
    assert code == 0


def _get(url: str) -> int:
    deadline = time.monotonic() + 20
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                return int(response.status)
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
