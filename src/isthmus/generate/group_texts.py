"""The texts of a controller: its lists with generated groups in place of earlier ones, and the same as Terraform."""

from collections.abc import Mapping, Sequence

from isthmus.estate import Estate
from isthmus.formats import Text
from isthmus.formats.neutron.kinds import GROUPS, PORTS, RULES
from isthmus.formats.neutron.render import Group, group_record, groups, listed, rule_records
from isthmus.formats.neutron.terraform import Floating, Member, terraform
from isthmus.generate.groups import PREFIX, Groups, Record, floating_of, kept_groups


def group_texts(made: Groups, head: Sequence[str]) -> tuple[Text, ...]:
    """The lists of groups, rules and ports as the controller would answer them once the groups are made.

    Groups that nobody generated stay as they are; generated ones of before are gone.
    """
    every = groups([made.device])
    controller = made.controller
    stale = {str(each.get("id")) for each in controller.groups if str(each.get("name")).startswith(PREFIX)}
    kept = [each for each in controller.groups if str(each.get("id")) not in stale]
    rules = [each for each in controller.rules if str(each.get("security_group_id")) not in stale]
    ids = {(each.project, each.name): str(group_record(each)["id"]) for each in every}
    own: dict[str, list[str]] = {}
    for member in made.members:
        own.setdefault(member.port, []).extend(ids[member.project, name] for name in member.groups)
    lists: Mapping[str, tuple[str, list[Record]]] = {
        GROUPS.file: (GROUPS.key, [*kept, *(group_record(each, " ".join(head)) for each in every)]),
        RULES.file: (RULES.key, [*rules, *(one for each in every for one in rule_records(each))]),
        PORTS.file: (PORTS.key, [_port(each, made, own.get(str(each.get("id")), [])) for each in controller.ports]),
    }
    return tuple(Text(file, listed(key, records)) for file, (key, records) in lists.items())


def _port(record: Record, made: Groups, own: Sequence[str]) -> Record:
    """A port in its generated groups and its default one; one that serves nothing keeps its groups."""
    if not own:
        return record
    return {**record, "security_groups": [*kept_groups(made.controller, str(record["id"])), *dict.fromkeys(own)]}


def terraform_text(made: Groups, estate: Estate, head: Sequence[str]) -> Text:
    """Groups, memberships and floating addresses for the OpenStack provider."""
    every: tuple[Group, ...] = groups([made.device])
    members: dict[str, Member] = {}
    for each in made.members:
        names = tuple(f"{each.project}-{name}" for name in each.groups)
        before = members.get(each.port, Member(each.port, str(each.address)))
        others = kept_groups(made.controller, each.port)
        members[each.port] = Member(each.port, before.address, (*before.groups, *names), others)
    pairs = sorted(floating_of(estate, made.controller), key=lambda pair: (pair[0].version, pair[0]))
    floatings = [Floating(str(one), str(fixed)) for one, fixed in pairs]
    return terraform(every, members.values(), floatings, head)
