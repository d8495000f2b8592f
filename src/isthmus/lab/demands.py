"""What a lab asks of the machine: programs and user namespaces; what is missing is named before anything is built."""

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

PACKAGES = {
    "bird": "bird2",
    "birdc": "bird2",
    "conntrack": "conntrack",
    "haproxy": "haproxy",
    "ip": "iproute2",
    "ip6tables-restore": "iptables",
    "ip6tables-save": "iptables",
    "ipset": "ipset",
    "iptables-restore": "iptables",
    "iptables-save": "iptables",
    "nft": "nftables",
    "nsenter": "util-linux",
    "openssl": "openssl",
    "ping": "iputils-ping",
    "tc": "iproute2",
    "unshare": "util-linux",
}
"""The Debian package of each program."""

ALWAYS = ("ip", "nft", "nsenter", "unshare")


class LabError(Exception):
    """Why a lab cannot be built, and what to do about it."""

    def __init__(self, message: str, help_: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.help = help_


def search_path() -> str:
    """PATH, and for each ``bin`` on it the ``sbin`` beside it: where Debian keeps what users are not meant to miss."""
    given = [each for each in os.environ.get("PATH", "").split(os.pathsep) if each]
    beside = [str(Path(each).with_name("sbin")) for each in given if Path(each).name == "bin"]
    return os.pathsep.join(dict.fromkeys((*given, *beside)))


def find_program(name: str) -> str | None:
    """Where a program is."""
    return shutil.which(name, path=search_path())


def check_demands(programs: Iterable[str], *, rootless: bool) -> None:
    """Raise LabError that names everything missing."""
    missing = sorted({each for each in (*ALWAYS, *programs) if find_program(each) is None})
    if missing:
        packages = " ".join(sorted({PACKAGES[each] for each in missing}))
        names = ", ".join(f"`{each}`" for each in missing)
        raise LabError(f"the lab needs {names}", f"install the Debian packages: {packages}")
    if rootless:
        _check_user_namespaces()
    elif os.geteuid() != 0:
        raise LabError("`--root` needs to be root", "leave it out: the lab then has namespaces of its own")


def _check_user_namespaces() -> None:
    reason = "; ".join(_reasons())
    probe = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--net", "--mount", "--pid", "--fork", "true"],
        capture_output=True,
        text=True,
        check=False,
    )
    if probe.returncode != 0:
        said = probe.stderr.strip().removeprefix("unshare: ")
        message = f"this machine does not allow user namespaces: {said}" + (f" ({reason})" if reason else "")
        raise LabError(message, "allow them (sysctl user.max_user_namespaces), or run as root with `--root`")


_SWITCHES = {
    "/proc/sys/user/max_user_namespaces": "0",
    "/proc/sys/kernel/unprivileged_userns_clone": "0",
    "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": "1",
}


def _reasons() -> Iterator[str]:
    for path, forbids in _SWITCHES.items():
        try:
            value = Path(path).read_text(encoding="ascii").strip()
        except OSError:
            continue
        if value == forbids:
            yield f"`{path.removeprefix('/proc/sys/').replace('/', '.')}` is {value}"
