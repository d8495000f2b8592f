"""Ports with the same groups share one chain, and a cloud of thousands of ports stays within time and memory."""

from time import process_time
from typing import Any

from tests.formats.neutron.workshop import folder, lowered, port


def rule(group: str, number: int, **more: Any) -> dict[str, Any]:
    return {"id": f"{group}-{number}", "security_group_id": group, "direction": "ingress", "ethertype": "IPv4",
            "protocol": "tcp", "port_range_min": number + 1, "port_range_max": number + 1} | more  # fmt: skip


def test_one_chain_for_each_set_of_groups() -> None:
    groups = [
        {"id": id_, "name": "default", "security_group_rules": [rule(id_, 22)]}
        for id_ in ("g-aaaaaaaaa", "g-bbbbbbbbb")
    ]
    both = ("g-aaaaaaaaa", "g-bbbbbbbbb")
    ports = [port("one", "172.16.0.4", groups=both), port("two", "172.16.0.5", groups=both[::-1]),
             port("three", "172.16.0.6", groups=both[:1])]  # fmt: skip
    devices, _ = lowered(folder(security_groups=groups, ports=ports))
    chains = {
        name: [each for key, each in device.chains.items() if key.startswith("sg ingress")]
        for name, device in devices.items()
    }

    assert chains["one"][0] is chains["two"][0]
    assert chains["one"][0].name == "sg ingress default (g-aaaaaa),default (g-bbbbbb)"
    assert chains["three"][0].name == "sg ingress default (g-aaaaaa)"
    assert set(chains["three"][0].rules[2:-1]) < set(chains["one"][0].rules)
    assert chains["three"][0].rules[2] is chains["one"][0].rules[2], "rules are shared too"


def test_names_that_read_alike_stay_apart() -> None:
    groups = [{"id": id_, "name": name, "security_group_rules": [rule(id_, at)]}
              for at, (id_, name) in enumerate((("g-1", "a"), ("g-2", "b"), ("g-3", "a,b")))]  # fmt: skip
    nics = [port("one", groups=("g-1", "g-2")), port("two", groups=("g-3",), device_id="i-one")]
    devices, _ = lowered(folder(security_groups=groups, ports=nics))
    (device,) = (each for each in devices.values() if each.interfaces)

    assert sorted(key for key in device.chains if key.startswith("sg ingress")) == [
        "sg ingress a,b",
        "sg ingress a,b (2)",
    ]


def test_time_grows_with_the_cloud() -> None:
    """Twice the ports and rules take about twice the time: nothing is looked for in everything."""

    def seconds(size: int) -> float:
        groups = [{"id": f"g-{at}", "name": f"web{at}"} for at in range(size // 10)]
        remotes = [{"remote_group_id": f"g-{at % (size // 10)}"} for at in range(size * 5)]
        rules = [rule(f"g-{at % (size // 10)}", at % 60000, id=f"r-{at}", **remotes[at]) for at in range(size * 5)]
        ports = [port(f"vm-{at}", f"172.16.{at >> 8}.{at & 255}", groups=(f"g-{at % (size // 10)}", f"g-{at % 7}"))
                 for at in range(size)]  # fmt: skip
        whole = folder(security_groups=groups, security_group_rules=rules, ports=ports)
        start = process_time()
        devices, said = lowered(whole)
        assert len(devices) == size + 1
        assert not said
        return process_time() - start

    seconds(100)
    assert seconds(1200) < 30 * max(seconds(200), 0.05)
