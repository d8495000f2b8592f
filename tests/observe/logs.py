"""Connection logs made for tests: as `conntrack -E -o timestamp` writes them, of the recorded lab's addresses."""

from pathlib import Path

START = 1_795_457_263


def line(number: int, *, client: str = "172.16.0.10", service: str = "208.80.154.224", port: int = 443) -> str:
    """The end of one connection."""
    sport = 1024 + number % 60_000
    there = f"src={client} dst={service} sport={sport} dport={port} packets=7 bytes=382"
    back = f"src={service} dst=185.15.56.1 sport={port} dport={sport} packets=7 bytes=20372"
    when = f"[{START + number // 100}.{number % 100:02}0000]"
    return f"{when}\t[DESTROY] ipv4     2 tcp      6 {there} {back} [ASSURED] id={number + 1}\n"


def write(path: Path, first: int, count: int, **options: object) -> None:
    """A log of so many connections."""
    text = "".join(line(number, **options) for number in range(first, first + count))  # type: ignore[arg-type]
    path.write_text(text)
