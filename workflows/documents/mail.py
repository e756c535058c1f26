"""The words of mails: what each kind tells of, and its words in the reader's language."""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from workflows.documents.mail_forms import Reader, WrittenMail, say, write_mail


@dataclass(frozen=True)
class DocumentMail:
    """A document its holder is told of; `kind` is the kind's name as people read it."""

    name: str
    kind: str
    number: str
    title: str
    verify_url: str


@dataclass(frozen=True)
class DigestLine:
    """One task of a digest; `task` and `due` as people read them, `due` empty where there is no date."""

    task: str
    title: str
    due: str
    late: bool


@dataclass(frozen=True)
class DigestMail:
    """What waits for somebody: the pressing tasks, how many pressing ones are not listed, how many are late and how many wait in all.

    Numbers as people read them; empty where there are none. `news` are the subjects of the mails that it stands for.
    """

    name: str
    lines: list[DigestLine]
    more: str
    late: str
    waiting: str
    url: str
    news: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class TurnMail:
    """Where an idea stands now; `stage` and `reason` as people read them, `asked` and `due` only where the team has to do something."""

    name: str
    title: str
    stage: str
    reason: str
    asked: str
    due: str
    url: str


@dataclass(frozen=True)
class DroppedMail:
    """Somebody is of the team of an idea no more; `lead` is the lead proposer's name, whom to ask."""

    name: str
    title: str
    lead: str
    url: str


@dataclass(frozen=True)
class FollowedMail:
    """An idea of a colleague that somebody follows is on another step; `step` as people read it."""

    name: str
    title: str
    step: str
    url: str


@dataclass(frozen=True)
class ClaimMail:
    """An idea near somebody's rejected one was determined, or their claim was decided; `happened` is told, upheld or dismissed.

    `adopted` names that idea, empty where the reader may not know it; `until` is their last day, `reason` that of a decision.
    """

    name: str
    happened: str
    title: str
    code: str
    adopted: str
    adopted_on: str
    until: str
    reason: str
    url: str


@dataclass(frozen=True)
class SilenceMail:
    """A permission that a head did not answer was settled by the rule of its call; `due` and `meaning` as people read them."""

    name: str
    title: str
    code: str
    call: str
    due: str
    meaning: str
    url: str


@dataclass(frozen=True)
class ReminderMail:
    """Somebody has not answered whether they join a team; `lead` asks them, `share` and `until` as people read them."""

    name: str
    title: str
    lead: str
    share: str
    until: str
    url: str


@dataclass(frozen=True)
class StepMail:
    """A task whose date is near, or past (`is_late`); `task` and `due` as people read them. With `is_last` the idea is closed after it."""

    name: str
    task: str
    title: str
    due: str
    is_late: bool
    url: str
    is_last: bool = False


@dataclass(frozen=True)
class NewDateMail:
    """Until when an idea waits now; `kind` says why: `late`, `above`, `gate` (somebody above is asked, too), `review` or `last`.

    `before` and `until` as people read them, `before` empty where there was no date.
    """

    name: str
    kind: str
    title: str
    before: str
    until: str
    url: str


@dataclass(frozen=True)
class AccountMail:
    """Something that somebody is told of; `happened` as people read it.

    `is_of_account` where it happened to their account, by which somebody else may have gained it: then they are told what to do about it.
    """

    name: str
    happened: str
    at: str
    url: str
    is_of_account: bool = True


@dataclass(frozen=True)
class CodeMail:
    """A one-time code; `purpose` says what it is for, `until` when it ends, both as people read them."""

    name: str
    purpose: str
    code: str
    until: str
    url: str


@dataclass(frozen=True)
class ActivationMail:
    """The one-time code with which somebody opens their account; `unit` let it be sent, `until` says when it ends, as people read it."""

    name: str
    unit: str
    code: str
    until: str
    url: str


@dataclass(frozen=True)
class ChangeMail:
    """What happened to a call; `ideas` are the titles of the reader's own ideas in it, `changed` what an amendment says, as people read it.

    `before` and `until` are its former and its present end, empty where it did not move.
    """

    name: str
    call: str
    reason: str
    before: str
    until: str
    changed: list[str]
    ideas: list[str]
    url: str


@dataclass(frozen=True)
class MovedLine:
    """One date that became later: of a task or, with its stage, of an idea; both dates as people read them."""

    task: str
    title: str
    before: str
    until: str


@dataclass(frozen=True)
class MovedMail:
    """Dates that became later as the calendar changed or clocks stood still; `days` are the region's days that became free, as people read
    them, and `pauses` the times in which clocks stand still.

    `more` is how many dates are not listed, as people read it; empty where there are none.
    """

    name: str
    days: list[str]
    lines: list[MovedLine]
    more: str
    url: str
    pauses: list[str] = field(default_factory=list)


OnIdea = TurnMail | DroppedMail | FollowedMail | ClaimMail | SilenceMail | ReminderMail | StepMail | NewDateMail
Mail = DocumentMail | DigestMail | OnIdea | AccountMail | CodeMail | ActivationMail | ChangeMail | MovedMail


def render_mail(folder: str, mail: Mail, reader: Reader | None = None) -> WrittenMail:
    """A mail in every form, from its folder below templates/mail, for a reader; without one in Indonesian."""
    return write_mail(folder, mail, reader or Reader())


def write_task(task: str, language: str = "id") -> str:
    """A task in the words of the inbox; an unknown one without its underscores."""
    return _tasks().get(task, {}).get(language, task.replace("_", " "))


def write_word(code: str, language: str = "id") -> str:
    """A stage, a reason or a milestone in words; an unknown one without its underscores."""
    return _words().get(code, {}).get(language, code.replace("_", " "))


def write_happening(kind: str, role: str | None, language: str = "id") -> str:
    """What happened to an account, with the role it was about."""
    return ": ".join(write_word(code, language) for code in (kind, role) if code)


def write_part(name: str, language: str = "id") -> str:
    """A part of a policy in the words of its pages; an unknown one without its underscores."""
    return _parts().get(name, {}).get(language, name.replace("_", " "))


def write_value(value: str, language: str = "id") -> str:
    """A value of a policy: a code in its word, yes or no; everything else as it is."""
    yes_or_no = {"True": "yes", "False": "no"}
    return say(yes_or_no[value], language) if value in yes_or_no else _words().get(value, {}).get(language, value)


def write_count(number: str, is_exact: bool, language: str = "id") -> str:
    """A written number, or that there are more than so many; empty for none."""
    return number if is_exact or not number else say("more_than", language, count=number)


@cache
def _parts() -> dict[str, dict[str, str]]:
    parts: dict[str, dict[str, str]] = tomllib.loads(files("templates").joinpath("sentences", "policies.toml").read_text("utf-8"))["part"]
    return parts


@cache
def _words() -> dict[str, dict[str, str]]:
    """The words of every file of them: `words.toml`, `words_teams.toml` and the like."""
    lists = (each for each in files("templates").joinpath("sentences").iterdir() if each.name.startswith("words"))
    return {code: said for each in lists for code, said in tomllib.loads(each.read_text("utf-8")).items()}


@cache
def _tasks() -> dict[str, dict[str, str]]:
    tasks: dict[str, dict[str, str]] = tomllib.loads(files("templates").joinpath("sentences", "tasks.toml").read_text("utf-8"))["task"]
    return tasks
