"""`isthmus agree`: sign the consent of one owner to one exact content."""

import json
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from isthmus.diagnostics import did_you_mean
from isthmus.diagnostics.quote import printable
from isthmus.estate import Estate, canonical
from isthmus.evidence import Subject
from isthmus.sources.agreements import OWNERS, is_person, statement_path
from isthmus.sources.signatures import sign, verify
from isthmus.sources.signers import SIGNERS, Signers, default_key, names_of
from isthmus.workflows.agreements import content_of, subject_of
from isthmus.workflows.load import Loaded, load
from isthmus.workflows.refusal import Refused


@dataclass(frozen=True, slots=True)
class Signed:
    """A consent that was given: to what, for whom, by whom, and the file that holds it."""

    subject: Subject
    id: str
    owner: str
    by: str
    file: Path


def agree(word: str, path: Path, *, owner: str, key: Path | None, by: str | None, today: date) -> Signed:
    """Sign what ``word`` names, for ``owner`` (an owner, or a realm that has one owner).

    Raises Refused, and leaves no file behind, where the estate cannot be used, the owner or key is not known, the
    key may not sign for the owner, or ssh-keygen does not sign.
    """
    loaded = load(path)
    estate, edition = loaded.usable()
    subject, id_ = subject_of(word, estate, edition)
    for_owner = _owner(owner, estate)
    with nullcontext(key) if key else default_key() as chosen:
        if chosen is None or not chosen.is_file():
            raise Refused(f"there is no key `{chosen}`" if chosen else "no key is named", "name one with `--key FILE`")
        return _signed((subject, id_), loaded, for_owner, chosen, by, today)


def _signed(
    thing: tuple[Subject, str], loaded: Loaded, for_owner: str, key: Path, by: str | None, today: date
) -> Signed:
    subject, id_ = thing
    estate, edition = loaded.usable()
    signers = Signers(loaded.root / OWNERS)
    person = by or _person(key, for_owner, signers)
    if not is_person(person):
        help_ = "it is one word, such as a mail address, without `*`, `?`, `!`, `,`, `/` and quotes"
        raise Refused(f"`{person}` cannot be a person's name in `{SIGNERS}`", help_)
    content = content_of(subject, id_, estate, edition)
    assert content is not None, "the word was found in the estate"
    statement = {
        "isthmus": 1, "subject": subject.value, "id": id_, "owner": for_owner, "by": person,
        "on": today.isoformat(), "content": content,
    }  # fmt: skip
    file = statement_path(loaded.root, subject.value, id_, for_owner)
    _write_signed(file, canonical(statement), key, f"{for_owner}/{person}", signers, today)
    return Signed(subject, id_, for_owner, person, file)


def _owner(word: str, estate: Estate) -> str:
    """The owner that a person means: by its id, or by a realm that it owns alone."""
    if word in estate.owners:
        return word
    if word not in estate.realms:
        known = [*estate.owners, *estate.realms]
        raise Refused(f"there is no owner or realm `{word}`", did_you_mean(word, known, what="owners and realms"))
    owners = estate.realms[word].owners
    if len(owners) > 1:
        raise Refused(f"realm `{word}` has several owners", f"name one: {', '.join(owners)}")
    return owners[0]


def _person(key: Path, owner: str, signers: Signers) -> str:
    """As whom a key signs for an owner, by the estate's own list."""
    if not signers.allowed.is_file():
        help_ = f'add a line such as `{owner}/jane@example.org namespaces="isthmus" ssh-ed25519 AAAA…`'
        raise Refused(f"there is no `{signers.allowed}`, so nobody may sign", help_)
    names = names_of(key, signers)
    people = [name.partition("/")[2] for name in names if name.startswith(f"{owner}/")]
    if not people:
        told = f"; it may sign as {', '.join(names)}" if names else ""
        help_ = f"`{signers.allowed}` says who may{told}; `--by` names a person that a pattern or authority covers"
        raise Refused(f"key `{key.name}` may not sign for `{owner}`", help_)
    return people[0]


def _write_signed(file: Path, content: bytes, key: Path, name: str, signers: Signers, today: date) -> None:
    """Write the statement and its signature, both or neither, and only if they would be accepted."""
    partial = file.with_name(f".{file.name}")
    signature = partial.with_name(partial.name + ".sig")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.parent.resolve().is_relative_to(signers.folder.parent.resolve()):
            raise Refused(f"`{file.parent}` is a link that leads out of the estate")
        partial.write_bytes(content)
        refusal = sign(partial, key) or verify(partial, name, signers, today)
        if refusal is not None:
            raise Refused(f"nothing was signed: {refusal.because}")
        signature.replace(file.with_name(file.name + ".sig"))
        partial.replace(file)
    except OSError as error:
        raise Refused(f"cannot write `{file}`: {(error.strerror or str(error)).lower()}") from None
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
            signature.unlink(missing_ok=True)


def shown(word: str, path: Path) -> str:
    """The content that consent to ``word`` would be about, laid out for a person. Raises Refused as ``agree`` does."""
    estate, edition = load(path).usable()
    content = content_of(*subject_of(word, estate, edition), estate, edition)
    laid_out = json.dumps(json.loads(canonical(content or {})), indent=2, ensure_ascii=False)
    return "".join(f"{printable(line)}\n" for line in laid_out.split("\n"))
