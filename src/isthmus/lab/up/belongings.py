"""Files that a program finds where its configuration names them, in folders laid over the machine's: its own alone."""

import subprocess
from collections.abc import Iterable
from pathlib import Path

from isthmus.lab.demands import LabError
from isthmus.lab.kernel import mount
from isthmus.lab.plan.shape import Resource, ResourceKind

_ERROR_PAGE = "HTTP/1.0 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
_YEARS = "3650"


def certificate(folder: Path) -> str:
    """A certificate that the lab has signed itself, with its key, as PEM."""
    both = folder / "lab.pem"
    if not both.exists():
        key = folder / "lab.key"
        made = subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-subj", "/CN=lab", "-days", _YEARS, "-keyout", str(key), "-out", str(both)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if made.returncode != 0:
            raise LabError("no certificate can be made", made.stderr.strip()[-200:])
        both.write_text(both.read_text("ascii") + key.read_text("ascii"), encoding="ascii")
    return both.read_text("ascii")


def lay_over(needed: Iterable[Resource], folder: Path, pem: str) -> None:
    """Make what is needed and not there, in this process's own mounts: nothing is written to the machine's folders."""
    laid: set[str] = set()
    for each in needed:
        path = Path(each.path)
        if path.exists() or ".." in path.parts or len(path.parts) < 2:
            continue
        top = path.parts[1]
        if top not in laid and top != "run":
            _overlay(Path("/") / top, folder / "over" / top)
            laid.add(top)
        _make(each, path, pem)


def _overlay(target: Path, folder: Path) -> None:
    upper, work = folder / "upper", folder / "work"
    upper.mkdir(parents=True, exist_ok=True)
    work.mkdir(exist_ok=True)
    mount("overlay", str(target), "overlay", options=f"lowerdir={target},upperdir={upper},workdir={work}")


def _make(each: Resource, path: Path, pem: str) -> None:
    if each.kind is ResourceKind.FOLDER or (each.kind is ResourceKind.CERTIFICATE and each.path.endswith("/")):
        path.mkdir(parents=True, exist_ok=True)
        path = path / "lab.pem"
        if each.kind is ResourceKind.FOLDER:
            return
    path.parent.mkdir(parents=True, exist_ok=True)
    texts = {ResourceKind.CERTIFICATE: pem, ResourceKind.ERROR_PAGE: _ERROR_PAGE, ResourceKind.LIST: each.text}
    path.write_text(texts[each.kind], encoding="utf-8")
