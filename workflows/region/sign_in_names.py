"""Sign-in names of people without employee number: what may be one, given once, changed, and never given to anybody else after.

Somebody who may be mistaken for a mayor by the name alone could be given the mayor's role by mistake. So two names that look alike are
never two people's, not even after one of them ended.
"""

import re

from sqlmodel import Session, col, select

from models.instants import now
from models.people import NoticeKind, SignInName
from workflows.process.actors import Actor
from workflows.process.journal import record
from workflows.process.refusals import Conflict, Invalid
from workflows.region.notices import send_notice
from workflows.region.powers import get_person, lock_account, require_over

FIELD = "sign_in_name"
LONGEST = 40
MOST_DIGITS = 6  # fewer than a birth date has, and so no employee number either
_SHAPE = re.compile(r"[a-z](?:\.?[a-z0-9]){2,}")
_ALIKE = str.maketrans({".": "", "0": "o", "1": "l", "i": "l", "5": "s"})


def read_sign_in_name(written: str) -> str:
    """The name in lower case: a letter first, then letters, digits and single dots, 3 to 40 signs and at most 6 digits; raises Invalid."""
    name = written.strip().lower()
    if not name:
        raise Invalid("sign_in_name_missing", FIELD)
    if not is_shaped(name):
        raise Invalid("sign_in_name_impossible", FIELD, maximum=LONGEST)
    return name


def is_shaped(name: str) -> bool:
    """Whether a name in lower case can be a sign-in name."""
    return len(name) <= LONGEST and _SHAPE.fullmatch(name) is not None and sum(sign.isdigit() for sign in name) <= MOST_DIGITS


def liken(name: str) -> str:
    """What is left of a name without what eyes take for the same: `wa1ikota.bandung` and `walikotabandung` are one."""
    return name.translate(_ALIKE).replace("rn", "m").replace("vv", "w")


def find_sign_in_name(session: Session, person_id: str) -> str:
    """Somebody's present name; empty for who has none."""
    return session.exec(select(SignInName.name).where(SignInName.person_id == person_id, col(SignInName.ended_at).is_(None))).first() or ""


def is_sign_in_name_held(session: Session, name: str) -> bool:
    """Whether a name is, was or looks like somebody's."""
    return session.exec(select(SignInName.id).where(SignInName.likeness == liken(name))).first() is not None


def give_sign_in_name(session: Session, person_id: str, name: str) -> None:
    """Give somebody a name; raises Conflict for one that is, was or looks like somebody else's. One of their own comes back."""
    like = session.exec(select(SignInName).where(SignInName.likeness == liken(name)).with_for_update()).first()
    if like is not None and like.person_id != person_id:
        raise Conflict("sign_in_name_taken", FIELD)
    given = like or SignInName(person_id=person_id, name=name, likeness=liken(name))
    given.name, given.given_at, given.ended_at = name, now(), None
    session.add(given)
    session.flush()


def change_sign_in_name(session: Session, person_id: str, written: str, *, actor: Actor) -> str:
    """Give somebody another name to sign in with, from the next time on; the former one stays theirs and opens nothing.

    Needs what a new employee number needs. Raises Invalid for a name that cannot be one and for who signs in with a number, Conflict for
    the present name and for one that is, was or looks like somebody else's.
    """
    person, home = get_person(session, person_id)
    require_over(session, person, home, actor=actor)
    lock_account(session, person.id)
    if person.kind.has_number:
        raise Invalid("sign_in_name_beside_number", FIELD, kind=person.kind)
    name, present = read_sign_in_name(written), find_sign_in_name(session, person.id)
    if name == present:
        raise Conflict("sign_in_name_unchanged", FIELD)
    for row in session.exec(select(SignInName).where(SignInName.person_id == person.id, col(SignInName.ended_at).is_(None))).all():
        row.ended_at = now()
        session.add(row)
    give_sign_in_name(session, person.id, name)
    record(session, "person.change_sign_in_name", person.id, actor=actor)
    send_notice(session, person.id, NoticeKind.SIGN_IN_NAME_CHANGED)
    return name


def mask_sign_in_name(name: str) -> str:
    """A name's first and last letter: a slip that is lost does not hold what must be typed beside its code."""
    return f"{name[0]}•••{name[-1]}" if name else ""
