"""Configurations at random, of conditions that a packet alone decides."""

from dataclasses import dataclass, field
from random import Random

DESTINATIONS = ("127.77.0.1", "127.77.0.2")
SOURCES = ("127.77.1.1", "127.77.1.2", "127.77.2.1", "127.77.3.9", "127.77.4.4")
_BLOCKS = ("127.77.1.0/24", "127.77.2.0/23", "127.77.1.1", "127.77.4.4 127.77.2.1", "127.77.0.0/16", "10.0.0.0/8",
           "127.77.1.2/8", "-m ip 127.77.3.9", "127.77.4/24")  # fmt: skip
_HEAD = """\
defaults
    timeout connect 2s
    timeout client 2s
    timeout server 2s
    timeout tarpit 10ms
    retries 1
"""


@dataclass
class Written:
    """What the configuration may use: servers with their ports, ports to listen on."""

    servers: dict[str, int]
    places: list[int]
    lines: list[str] = field(default_factory=list)
    acls: list[str] = field(default_factory=list)

    def say(self, line: str) -> None:
        self.lines.append("    " + line)


def write(chance: Random, told: Written) -> str:
    """The text of a configuration with a frontend for each port."""
    backends = [_backend(chance, told, number, mode) for number, mode in enumerate(["tcp", "tcp", *["http"] * 6])]
    for port in told.places:
        _frontend(chance, told, port, backends)
    return _HEAD + "\n".join(told.lines) + "\n"


def _backend(chance: Random, told: Written, number: int, mode: str) -> tuple[str, str]:
    name = f"b{number}"
    told.lines.append(f"backend {name}")
    told.say(f"mode {mode}")
    _acls(chance, told)
    for _ in range(chance.choice((0, 0, 1, 2))):
        action = chance.choice(("reject", "accept"))
        told.say(f"tcp-request content {action}{_condition(chance, told)}")
    for _ in range(chance.choice((0, 1, 2)) if mode == "http" else 0):
        _request(chance, told)
    _servers(chance, told)
    return name, mode


def _servers(chance: Random, told: Written) -> None:
    names = chance.sample(sorted(told.servers), 3)
    for number, name in enumerate(names):
        more = chance.choice(("", "", " backup", " weight 0", " disabled")) if number else ""
        told.say(f"server {name} 127.0.0.1:{told.servers[name]}{more}")
    for name in names[: chance.choice((0, 0, 1, 2))]:
        told.say(f"use-server {name}{_condition(chance, told) or ' if TRUE'}")


def _frontend(chance: Random, told: Written, port: int, backends: list[tuple[str, str]]) -> None:
    mode = chance.choice(("tcp", "http"))
    kind = chance.choice(("frontend", "frontend", "listen"))
    told.lines.append(f"{kind} f{port}")
    told.say(f"mode {mode}")
    told.say("bind " + ",".join(f"{each}:{port}" for each in DESTINATIONS))
    _acls(chance, told)
    for phase in ("connection", "session", "content"):
        for _ in range(chance.choice((0, 0, 0, 1, 2))):
            action = chance.choice(("reject", "accept", "accept"))
            told.say(f"tcp-request {phase} {action}{_condition(chance, told)}")
    for _ in range(chance.choice((0, 1, 2, 3)) if mode == "http" else 0):
        _request(chance, told)
    usable = [name for name, of in backends if mode == "tcp" or of == "http"]
    for _ in range(chance.choice((0, 1, 2, 3))):
        told.say(f"use_backend {chance.choice(usable)}{_condition(chance, told)}")
    if chance.random() < 0.7:
        told.say(f"default_backend {chance.choice(usable)}")
    if kind == "listen":
        _servers(chance, told)


def _acls(chance: Random, told: Written) -> None:
    told.acls = ["a", "b", "c"]
    for name in (*told.acls, chance.choice(told.acls)):
        told.say(f"acl {name} {_criterion(chance, told)}")


def _criterion(chance: Random, told: Written) -> str:
    match chance.randrange(6):
        case 0:
            return f"dst {chance.choice(DESTINATIONS)}"
        case 1:
            port = chance.choice(told.places)
            return chance.choice((f"dst_port {port}", f"dst_port lt {port}", f"dst_port {port}:65535"))
        case 2:
            return chance.choice(("always_true", "always_false", "src_port 1:1023", "dst_port ge 1", "ssl_fc"))
        case _:
            return f"src {chance.choice(_BLOCKS)}"


def _condition(chance: Random, told: Written) -> str:
    if chance.random() < 0.1:
        return ""
    terms = []
    for number in range(chance.choice((1, 1, 2, 3, 4))):
        if number and chance.random() < 0.4:
            terms.append(chance.choice(("or", "||")))
        term = chance.choice((*told.acls, *told.acls, "TRUE", "LOCALHOST", f"{{ {_criterion(chance, told)} }}"))
        terms.append(chance.choice(("", "", "!")) + term)
    return f" {chance.choice(('if', 'unless'))} {' '.join(terms)}"


def _request(chance: Random, told: Written) -> None:
    action = chance.choice(("deny", "deny", "allow", "allow", "reject", "tarpit", "return status 404",
                            "set-header X-A b", "redirect location /x"))  # fmt: skip
    told.say(f"http-request {action}{_condition(chance, told)}")
