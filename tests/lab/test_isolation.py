"""A lab of its own namespaces: how it ends, what it leaves, who finds it; and what is said where it cannot be."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from isthmus.lab import in_own_namespaces
from isthmus.lab.records import Record, keep, living, started
from tests.lab.places import DUAL_STACK, ROOT, isthmus, needs_namespaces

PATIENCE = 30


@contextmanager
def lab_up(runtime: Path) -> Iterator[subprocess.Popen[str]]:
    """The command `lab up`, in the foreground of a process of its own, once the lab is up."""
    process = subprocess.Popen(
        [sys.executable, "-m", "isthmus", "lab", "up", str(DUAL_STACK)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "XDG_RUNTIME_DIR": str(runtime)},
    )
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert first.startswith("dual-stack is up: 9 nodes"), first + (process.stderr.read() if process.stderr else "")
        while "Ctrl-C" not in process.stdout.readline():
            assert process.poll() is None
        yield process
    finally:
        process.kill()
        process.communicate()


def record(runtime: Path) -> Record:
    """The record of the lab that is up."""
    told = json.loads((runtime / "isthmus" / "dual-stack.json").read_text(encoding="utf-8"))
    return Record(**{**told, "nodes": tuple(told["nodes"])})


def insiders(pid: int) -> set[int]:
    """The processes that share a process's table of processes."""
    table = Path(f"/proc/{pid}/ns/pid").stat().st_ino
    found = set()
    for each in Path("/proc").iterdir():
        if each.name.isdigit():
            try:
                if (each / "ns/pid").stat().st_ino == table:
                    found.add(int(each.name))
            except OSError:
                continue
    return found


def gone(processes: set[int]) -> bool:
    """Whether processes end before long."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if all(started(each) == -1 for each in processes):
            return True
        time.sleep(0.05)
    return False


@needs_namespaces
def test_a_killed_lab_leaves_nothing(tmp_path: Path) -> None:
    with lab_up(tmp_path) as process:
        inside = insiders(record(tmp_path).pid)
        assert len(inside) > 3  # the command, its echo servers
        process.send_signal(signal.SIGKILL)
        assert gone(inside)
    assert list(living(tmp_path / "isthmus")) == []
    assert not (tmp_path / "isthmus" / "dual-stack.json").exists()  # the stale record went


@needs_namespaces
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_lab_that_is_asked_to_end_ends(number: int, tmp_path: Path) -> None:
    with lab_up(tmp_path) as process:
        inside = insiders(record(tmp_path).pid)
        process.send_signal(number)
        assert process.wait(PATIENCE) == 143
        assert gone(inside)
    assert list((tmp_path / "isthmus").iterdir()) == []


@needs_namespaces
def test_a_lab_is_found_entered_and_taken_down_from_outside(tmp_path: Path) -> None:
    runtime = {"XDG_RUNTIME_DIR": str(tmp_path)}
    with lab_up(tmp_path) as process:
        said = isthmus("lab", "shell", "web1", "--", "ip", "-br", "addr", **runtime)
        assert "10.1.0.10/24" in said.stdout
        assert isthmus("lab", "shell", "web1", "--", "sh", "-c", "exit 7", **runtime).returncode == 7
        wrong = isthmus("lab", "shell", "WEB", **runtime)
        assert (wrong.returncode, "did you mean one of these: web1" in wrong.stderr) == (2, True)
        missing = isthmus("lab", "shell", "web1", "--", "/no/such/command", **runtime)
        assert missing.returncode not in (0, 4)
        assert "Traceback" not in missing.stderr
        down = isthmus("lab", "down", "dual-stack", **runtime)
        assert down.stdout == "dual-stack is down\n"
        assert process.wait(PATIENCE) == 143
    again = isthmus("lab", "down", "dual-stack", **runtime)
    assert (again.returncode, again.stdout) == (0, "no lab is up\n")


@needs_namespaces
def test_a_command_ends_the_lab_with_its_own_exit_code(tmp_path: Path) -> None:
    runtime = {"XDG_RUNTIME_DIR": str(tmp_path)}
    done = isthmus("lab", "up", str(DUAL_STACK), "--", "sh", "-c", "echo out; exit 5", **runtime)
    assert (done.returncode, done.stdout) == (5, "out\n")
    assert "dual-stack is up: 9 nodes" in done.stderr
    assert "junos.conf:18:15: r1: the route to `10.98.0.0/16`" in done.stderr  # what is left out is named
    refused = isthmus("lab", "up", str(DUAL_STACK), "--", "/no/such/command", **runtime)
    assert refused.returncode == 2
    assert refused.stderr.splitlines()[-1].startswith("isthmus: cannot run `/no/such/command`")


@needs_namespaces
def test_the_machine_s_own_network_is_out_of_reach() -> None:
    code = in_own_namespaces(["sh", "-c", "test $$ = 1 && test $(ip -br link | wc -l) -le 2 && test -d /run/netns"])
    assert code == 0
    assert in_own_namespaces(["sh", "-c", "kill -9 $$"]) in (0, 137)  # process 1 does not even hear itself


def test_without_a_lab_there_is_nothing_to_enter(tmp_path: Path) -> None:
    for arguments in (("shell", "web1"), ("collect", str(tmp_path / "out"))):
        done = isthmus("lab", *arguments, XDG_RUNTIME_DIR=str(tmp_path))
        assert done.returncode == 2
        assert done.stderr.startswith("isthmus: no lab is up\n  help: build one")


def test_records_that_nobody_can_read_are_removed(tmp_path: Path) -> None:
    keep(Record("gone", "estate", 2**22 + 1, 5, ("a",)), tmp_path)
    (tmp_path / "torn.json").write_text('{"name": ', encoding="utf-8")
    (tmp_path / "other.json").write_text('{"name": "x", "nodes": 5}', encoding="utf-8")
    assert list(living(tmp_path)) == []
    assert list(tmp_path.iterdir()) == []


# What is missing


def tools_without(folder: Path, *missing: str) -> str:
    """A PATH on which some tools are not."""
    tools = folder / "bin"
    tools.mkdir()
    names = ("sh", "ip", "nft", "nsenter", "unshare", "mount", "mkdir", "env", "haproxy", "bird", "iptables-restore",
             "ip6tables-restore", "ipset", "tc", "true")  # fmt: skip
    for name in names:
        found = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
        if name not in missing and found is not None:
            (tools / name).symlink_to(found)
    return str(tools)


@pytest.mark.parametrize(("tool", "package"), [("nft", "nftables"), ("ip", "iproute2"), ("unshare", "util-linux")])
def test_a_missing_tool_is_named_with_its_package(tool: str, package: str, tmp_path: Path) -> None:
    done = isthmus("lab", "up", str(DUAL_STACK), "--", "true", PATH=tools_without(tmp_path, tool))
    assert done.returncode == 2
    assert done.stderr == f"isthmus: the lab needs `{tool}`\n  help: install the Debian packages: {package}\n"


@needs_namespaces
@pytest.mark.parametrize(
    ("estate", "tool", "package"),
    [("balanced", "haproxy", "haproxy"), ("balanced", "bird", "bird2"), ("dual-stack", "ipset", "ipset"),
     ("dual-stack", "iptables-restore", "iptables")],
)  # fmt: skip
def test_tools_that_an_estate_needs_are_asked_for_before_anything_is_built(
    estate: str, tool: str, package: str, tmp_path: Path
) -> None:
    path = tools_without(tmp_path, tool)
    done = isthmus("lab", "up", str(DUAL_STACK.parent / estate), "--", "true", PATH=path)
    assert done.returncode == 2
    assert done.stderr == f"isthmus: the lab needs `{tool}`\n  help: install the Debian packages: {package}\n"


@needs_namespaces
def test_a_machine_without_user_namespaces_is_told_so() -> None:
    """Inside a user namespace that may have no others, as on machines that forbid them."""
    script = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "sh", "-c", script, "sh",
         sys.executable, "-m", "isthmus", "lab", "up", str(DUAL_STACK)],
        capture_output=True, text=True, check=False, timeout=60, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 2
    assert "this machine does not allow user namespaces: unshare failed" in done.stderr
    assert "`user.max_user_namespaces` is 0" in done.stderr
    assert "help: allow them" in done.stderr


@needs_namespaces
def test_what_the_kernel_lacks_is_named() -> None:
    script = (
        "from isthmus.lab.features import ALWAYS, OF_GROUPS, OF_VRFS, missing_features as missing\n"
        "asked = {**ALWAYS, 'teleport': 'ip link add t9 type teleport', **OF_VRFS, 'also none': 'nft add table no t'}\n"
        "assert missing(asked) == ['teleport', 'also none'], missing(asked)\n"
    )
    assert in_own_namespaces([sys.executable, "-c", script]) == 0


def test_an_estate_without_a_snapshot_has_no_lab() -> None:
    done = isthmus("lab", "map", "examples/minimal")
    assert done.returncode == 2
    assert "the estate has no snapshot at" in done.stderr


@needs_namespaces
def test_a_ruleset_that_the_kernel_refuses_is_named(tmp_path: Path) -> None:
    estate = tmp_path / "estate"
    shutil.copytree(DUAL_STACK, estate)
    ruleset = estate / "snapshot" / "gw1" / "ruleset.nft"
    text = ruleset.read_text(encoding="utf-8")
    ruleset.write_text(text + "add rule inet filter nowhere accept\n", encoding="utf-8")
    done = isthmus("lab", "up", str(estate), "--", "true", XDG_RUNTIME_DIR=str(tmp_path))
    assert done.returncode == 2
    assert f"gw1: `nft` refuses `{ruleset}`" in done.stderr
    assert "nowhere" in done.stderr
