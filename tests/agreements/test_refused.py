"""Every way to spoil an agreement: refused with a message of its own, never with a traceback."""

import json
import os
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.agreements.world import CLOUD, NETWORK, World, isthmus, key, needs_ssh, public, run

pytestmark = needs_ssh

Fault = Callable[[World], None]
OTHER = """
  other:
    client: {networks: [instances]}
    service: mirror
"""


def with_signer(options: str) -> Fault:
    """Both have signed; then ann's line says more about when and for what she may."""
    return lambda world: world.allow(f"{NETWORK}/ann {options} {public('ann')}", f"{CLOUD}/ben {public('ben')}")


def with_list(*lines: str) -> Fault:
    return lambda world: world.allow(*lines)


def with_statement(change: Callable[[dict[str, Any]], Any]) -> Fault:
    """The statement says something else, and is signed again by its signer's own key, as a forger inside would."""

    def spoil(world: World) -> None:
        plain = json.loads(world.statement().read_text())
        changed = change(plain)
        world.statement().write_text(changed if isinstance(changed, str) else json.dumps(plain))
        resign(world)

    return spoil


def resign(world: World, namespace: str = "isthmus", who: str = "ann") -> None:
    world.signature().unlink(missing_ok=True)
    run("ssh-keygen", "-Y", "sign", "-q", "-f", str(key(who)), "-n", namespace, str(world.statement()))


def with_bytes(content: bytes, *, signature: bool = True) -> Fault:

    def spoil(world: World) -> None:
        (world.signature() if signature else world.statement()).write_bytes(content)

    return spoil


def truncated(world: World) -> None:
    world.signature().write_text("".join(world.signature().read_text().splitlines(keepends=True)[:3]))


def damaged(world: World) -> None:
    lines = world.signature().read_text().splitlines()
    world.signature().write_text("\n".join([*lines[:2], lines[-1], ""]))


def flipped(world: World) -> None:
    """One bit of the signature proper."""
    lines = world.signature().read_text().splitlines()
    last = lines[-2]
    lines[-2] = last[:4] + ("A" if last[4] != "A" else "B") + last[5:]
    world.signature().write_text("\n".join([*lines, ""]))


def edited(world: World) -> None:
    world.statement().write_text(world.statement().read_text().replace('"port":"443"', '"port":"8443"'))


def signature_of_another(world: World) -> None:
    world.edit("crossings.yaml", "crossings:\n", f"crossings:{OTHER}")
    world.sign("ann", NETWORK, "other")
    shutil.copy(world.signature(id_="other"), world.signature())


def statement_of_another(world: World) -> None:
    signature_of_another(world)
    shutil.copy(world.statement(id_="other"), world.statement())


def statement_of_the_other_owner(world: World) -> None:
    shutil.copy(world.statement(CLOUD), world.statement())
    shutil.copy(world.signature(CLOUD), world.signature())


def no_statement(world: World) -> None:
    world.statement().unlink()


def link_outwards(world: World) -> None:
    outside = world.root.parent / "outside.json"
    shutil.move(world.statement(), outside)
    world.statement().symlink_to(outside)


def signature_link_outwards(world: World) -> None:
    outside = world.root.parent / "outside.sig"
    shutil.move(world.signature(), outside)
    world.signature().symlink_to(outside)


def signers_link_outwards(world: World) -> None:
    allowed = world.root / "owners" / "allowed_signers"
    outside = world.root.parent / "signers"
    shutil.move(allowed, outside)
    allowed.symlink_to(outside)


def signers_gone_astray(world: World) -> None:
    allowed = world.root / "owners" / "allowed_signers"
    allowed.unlink()
    allowed.symlink_to("nowhere")


def signers_are_a_folder(world: World) -> None:
    allowed = world.root / "owners" / "allowed_signers"
    allowed.unlink()
    allowed.mkdir()


def revocations_gone_astray(world: World) -> None:
    (world.root / "owners" / "revoked_keys").symlink_to("nowhere")


def huge_signature(world: World) -> None:
    with world.signature().open("wb") as out:
        out.write(b"-----BEGIN SSH SIGNATURE-----\n")
        out.truncate(1 << 40)  # a file with a hole: a tebibyte to read, nothing on the disk


def huge_statement(world: World) -> None:
    with world.statement().open("wb") as out:
        out.truncate(1 << 40)


def not_a_file(world: World) -> None:
    world.statement().unlink()
    world.statement().mkdir()


def pipe(world: World) -> None:
    world.statement().unlink()
    os.mkfifo(world.statement())


def pipe_as_signature(world: World) -> None:
    world.signature().unlink()
    os.mkfifo(world.signature())


ANN, BEN = f"{NETWORK}/ann", f"{CLOUD}/ben"
ARMOR = b"-----BEGIN SSH SIGNATURE-----\nxyz\n-----END SSH SIGNATURE-----\n"
DEEP = '{"a":' * 200 + "1" + "}" * 200
VERY_DEEP = "[" * 100_000

FAULTS: dict[str, tuple[Fault, str]] = {
    # when, and for what, a key may sign
    "expired": (with_signer('valid-before="20261101"'), "the key of `network-team/ann` had expired on 2026-12-01"),
    "not yet valid": (with_signer('valid-after="20270101"'), "was not valid yet on 2026-12-01"),
    "other namespaces only": (with_signer('namespaces="git,file"'), "sign for other purposes only"),
    "unknown option": (with_signer('frob="x"'), "a line for `network-team/ann` that cannot be read: unknown key opti"),
    "garbled date": (with_signer('valid-after="soon"'), 'cannot be read: invalid "valid-after" time'),
    "namespace of the signature": (lambda world: resign(world, "git"), "was made for another purpose than `isthmus`"),
    "revoked": (lambda world: world.revoke(f"{public('ann')}\n"), "the key of `network-team/ann` was revoked"),
    "garbled revocations": (lambda world: world.revoke("ann's old key\n"), "`revoked_keys` line 1 names no key"),
    "binary revocations": (lambda world: world.revoke("SSHKRL\n\0nonsense"), "was revoked"),
    "revocations astray": (revocations_gone_astray, "`revoked_keys` is no file"),
    # the list of signers
    "line garbled": (with_list(f"{ANN} ssh-ed25519 AAAAC3Nz", f"{BEN} {public('ben')}"), "line 1 names no key"),
    "line cut": (with_list(f"{ANN} {public('ann')[:-8]}", f"{BEN} {public('ben')}"), "line 1 names no key"),
    "other line garbled": (with_list(f"{ANN} {public('ann')}", BEN), "`allowed_signers` line 2 names no key"),
    "key swapped": (with_list(f"{ANN} {public('ben')}", f"{BEN} {public('ann')}"), "not let this key sign as `network"),
    "owner changed": (with_list(f"x/ann {public('ann')}", f"{BEN} {public('ben')}"), "not let this key sign as `netwo"),
    "person changed": (with_list(f"{NETWORK}/eve {public('ann')}"), "not let this key sign as `network-team/ann`"),
    "empty list": (with_list(), "not let this key sign as `network-team/ann`"),
    "binary list": (lambda world: world.allow("\0\ud800".encode("utf-8", "replace").decode()), "names no key"),
    "list is a folder": (signers_are_a_folder, "there is no file `allowed_signers`"),
    "list is a broken link": (signers_gone_astray, "there is no file `allowed_signers`"),
    "list lies elsewhere": (signers_link_outwards, "`allowed_signers` is no file, or leads out of the estate"),
    # the signature
    "truncated": (truncated, "`network-team.json.sig` is cut off"),
    "damaged": (damaged, "`network-team.json.sig` is damaged"),
    "one bit flipped": (flipped, "`network-team.json.sig` is"),
    "garbage": (with_bytes(b"this is no signature\n"), "is not an SSH signature"),
    "garbage in armor": (with_bytes(ARMOR), "is damaged"),
    "empty": (with_bytes(b""), "is not an SSH signature"),
    "binary": (with_bytes(bytes(range(256))), "is not an SSH signature"),
    "huge": (huge_signature, "is cut off"),
    "a pipe": (pipe_as_signature, "`network-team.json.sig` is missing"),
    "missing": (lambda world: world.signature().unlink(), "`network-team.json.sig` is missing"),
    "of another crossing": (signature_of_another, "`network-team.json.sig` is of other content"),
    "of another person": (lambda world: resign(world, who="eve"), "does not let this key sign as `network-team/ann`"),
    "link leads out": (signature_link_outwards, "leads out of the estate"),
    # the statement
    "edited": (edited, "`network-team.json.sig` is of other content"),
    "of another crossing too": (statement_of_another, "is a statement about crossing `other` for network-team"),
    "of the other owner": (statement_of_the_other_owner, "is a statement about crossing `mirror` for cloud-team"),
    "statement missing": (no_statement, "`network-team.json.sig` signs a statement that is missing"),
    "statement link leads out": (link_outwards, "leads out of the estate"),
    "statement is a folder": (not_a_file, "it is not a regular file"),
    "statement is a pipe": (pipe, "it is not a regular file"),
    "statement empty": (with_bytes(b"", signature=False), "is not JSON"),
    "statement no JSON": (with_statement(lambda plain: "consent: yes"), "is not JSON"),
    "statement no text": (with_bytes(b"\xff\xfe", signature=False), "is not UTF-8 text"),
    "statement huge": (huge_statement, "`network-team.json` has more than 8,388,608 bytes"),
    "statement deep": (with_statement(lambda plain: VERY_DEEP), "is not JSON"),
    "content deep": (with_statement(lambda plain: json.dumps(plain | {"content": json.loads(DEEP)})), "not a st"),
    "a list": (with_statement(lambda plain: "[]"), "is not a statement of consent"),
    "huge number": (with_statement(lambda plain: "9" * 100_000), "is not JSON"),
    "a key more": (with_statement(lambda plain: plain.update(extra=1)), "is not a statement of consent"),
    "a key less": (with_statement(lambda plain: plain.pop("on") and None), "is not a statement of consent"),
    "content no mapping": (with_statement(lambda plain: plain.update(content=[])), "is not a statement of consent"),
    "owner no text": (with_statement(lambda plain: plain.update(owner=[NETWORK])), "is not a statement of consent"),
    "form of tomorrow": (with_statement(lambda plain: plain.update(isthmus=2)), "in a form that this version does not"),
    "nobody": (with_statement(lambda plain: plain.update(by="")), "does not name the person"),
    "no person": (with_statement(lambda plain: plain.update(by=7)), "does not name the person"),
    "a pattern": (with_statement(lambda plain: plain.update(by="*")), "does not name the person"),
    "a list of people": (with_statement(lambda plain: plain.update(by="ann,ben")), "does not name the person"),
    "NUL": (with_statement(lambda plain: plain.update(by="ann\0")), "does not name the person"),
    "half a character": (with_statement(lambda plain: plain.update(by="ann\ud800")), "does not name the person"),
    "no day": (with_statement(lambda plain: plain.update(on="yesterday")), "does not tell the day"),
    "no such day": (with_statement(lambda plain: plain.update(on="2026-02-30")), "does not tell the day"),
    "a week": (with_statement(lambda plain: plain.update(on="2026-W01-1")), "does not tell the day"),
    "a number as day": (with_statement(lambda plain: plain.update(on=20261201)), "does not tell the day"),
    "year one": (with_statement(lambda plain: plain.update(on="0001-01-01")), "does not tell the day"),
    "tomorrow": (with_statement(lambda plain: plain.update(on="2026-12-02")), "it is dated 2026-12-02, which is yet"),
    "less content": (with_statement(lambda plain: plain.update(content={})), "void: what was agreed to has changed"),
    "odd content": (with_statement(lambda plain: plain["content"].update(names="\ud800")), "void: what was agreed to"),
    "odd kind": (with_statement(lambda plain: plain["content"].update(isthmus=True)), "void: what was agreed to"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_fault(world: World, name: str) -> None:
    spoil, message = FAULTS[name]
    world.both_sign()
    assert world.to_ask() == ()
    spoil(world)
    assert NETWORK in world.to_ask()
    assert message in world.because()
    told = [each for each in world.findings() if each.startswith(("AGR001", "AGR002")) and "`mirror`" in each]
    assert message in "\n".join(told) or any(each.startswith("AGR001") for each in told)
    for file in world.root.glob("agreements/*/*/*"):
        if file.is_file() and not file.is_symlink() and file.stat().st_size > 1 << 30:
            file.unlink()


@pytest.mark.parametrize(
    "name", ["expired", "revoked", "of another crossing", "truncated", "line cut", "half a character", "odd content"]
)  # fmt: skip
def test_fault_on_the_command_line(world: World, name: str) -> None:
    spoil, message = FAULTS[name]
    world.both_sign()
    spoil(world)
    day = ("--today", "2026-12-01")
    done = isthmus("check", world.root, "--evidence", "declared,attested", *day)
    assert done.returncode in (1, 3)
    assert message in " ".join(done.stdout.split())
    done = isthmus("status", world.root, *day)
    assert done.returncode == 1
    assert message in done.stdout or "void: crossing `mirror`" in done.stdout


def test_a_key_that_has_expired_since_still_counts_for_what_it_signed_before(world: World) -> None:
    world.allow(f'{ANN} valid-before="20261215" {public("ann")}', f"{BEN} {public('ben')}")
    world.both_sign()
    assert world.to_ask(today=date(2027, 6, 1)) == ()


def test_revoking_another_key_or_none_changes_nothing(world: World) -> None:
    world.both_sign()
    for text in ("", "# nobody\n", f"{public('eve')}\n"):
        world.revoke(text)
        assert world.to_ask() == ()


def test_a_key_revocation_list_counts(world: World, tmp_path: Path) -> None:
    world.both_sign()
    run("ssh-keygen", "-q", "-k", "-f", str(world.root / "owners" / "revoked_keys"), f"{key('ann')}.pub")
    assert world.to_ask() == (NETWORK,)
    assert "was revoked" in world.because()


def test_a_crossing_that_is_gone_leaves_its_agreement_behind(world: World) -> None:
    world.both_sign()
    world.edit("crossings.yaml", "  mirror:", "  mirror2:")
    told = world.findings()
    assert [each for each in told if "there is no crossing `mirror`" in each and each.startswith("AGR002")]
    assert world.to_ask("mirror2") == (NETWORK, CLOUD)


def test_an_owner_who_is_unknown_agrees_to_nothing(world: World) -> None:
    world.both_sign()
    for each in (world.statement(), world.signature()):
        each.rename(each.with_name(each.name.replace(NETWORK, "ghosts")))
    assert "AGR002 ghosts's agreement to crossing `mirror` does not count: `ghosts` is no owner of the estate" in (
        world.findings()
    )


def test_an_unknown_subject(world: World) -> None:
    world.both_sign()
    (world.root / "agreements" / "crossing").rename(world.root / "agreements" / "surrender")
    assert "there is nothing called a `surrender` to agree to" in "\n".join(world.findings())


def test_an_agreement_to_the_crossing_is_none_to_its_exception(world: World) -> None:
    """The same bytes in another place are a statement about something else."""
    world.edit("crossings.yaml", "state: proposed", "state: running")
    (world.root / "exceptions.yaml").write_text(
        "exceptions:\n  mirror: {crossing: mirror, requirements: [XR205], why: W, task: T1, owner: cloud-team, "
        "since: 2026-01-01, review: 2027-01-01}\n"
    )
    world.both_sign("crossing/mirror")
    shutil.copytree(world.root / "agreements" / "crossing", world.root / "agreements" / "exception")
    assert "is a statement about crossing `mirror` for network-team" in "\n".join(world.findings())


def test_refusals_name_no_folder_so_that_revisions_can_be_compared(world: World) -> None:
    world.both_sign()
    for fault in ("expired", "revoked", "list is a folder", "truncated"):
        FAULTS[fault][0](world)
        assert str(world.root.parent) not in world.because()
