"""A call whose form has short answers of every kind, some of it asked only with certain answers; and what somebody says in it."""

from typing import Any

from tests.building import POLICY, SECTIONS


def named(name: str, label: str, label_en: str, **rest: Any) -> dict[str, Any]:
    """A part of a policy."""
    return {"name": name, "label": label, "label_en": label_en, **rest}


REACHED = named(
    *("reached", "Tahapan inovasi", "Stage of the innovation"),
    kind="choice",
    options=[named("trial", "Uji coba", "On trial"), named("applied", "Penerapan", "In use")],
)
APPLIED_ON = named(
    *("applied_on", "Waktu penerapan", "In use since"),
    kind="day",
    depends_on="reached",
    answers_needed=["applied"],
    earliest="2020-01-01",
    latest="2026-12-31",
)
CHANNELS = named(
    *("channels", "Saluran layanan", "Ways to the service"),
    kind="choices",
    is_required=False,
    options=[named("counter", "Loket", "Counter"), named("website", "Situs web", "Website"), named("chat", "Pesan singkat", "Messages")],
)
PEOPLE = named("people", "Penerima manfaat", "People served", kind="figure", lowest="1", highest="1000000")
ADDRESS = named("address", "Alamat situs", "Address", depends_on="channels", answers_needed=["website"], minimum_words=1, maximum_words=9)
FORM: dict[str, Any] = {"fields": [REACHED, APPLIED_ON, CHANNELS, PEOPLE], "sections": [*POLICY["sections"], ADDRESS]}

ANSWERS = {"reached": "applied", "applied_on": "2025-03-17", "channels": "counter,website", "people": "1200.5"}
TEXTS = {**SECTIONS, "address": "layanan.contoh.example"}
SAID: dict[str, Any] = {"sections": TEXTS, "answers": ANSWERS, "team": ()}


def depends(part: dict[str, Any], on: str, *answers: str) -> dict[str, Any]:
    """A part that is asked with these answers to a choice."""
    return {**part, "depends_on": on, "answers_needed": answers}


def sections(*more: dict[str, Any]) -> list[dict[str, Any]]:
    """The usual sections, and more."""
    return [*POLICY["sections"], *more]


ANY_DAY = {**APPLIED_ON, "depends_on": None, "answers_needed": []}
NEVER: dict[str, Any] = {"fields": [depends(REACHED, "nothing", "x"), APPLIED_ON]}
# what the check of a policy finds, where, and what of the form is so
PLANTED_IN_FORMS: list[tuple[str, str, dict[str, Any]]] = [
    ("policy_file_not_taken", "attachments.least.document", {"attachments": {"most": 5, "least": {"photo": 1, "document": 1}}}),
    ("policy_files_too_many", "attachments.least", {"attachments": {"most": 2, "least": {"photo": 2, "pdf": 1}}}),
    ("policy_files_too_many", "attachments.least", {"attachments": {"most": 0, "least": {"photo": 1}}}),
    ("policy_choice_unknown", "fields.1.depends_on", {"fields": [REACHED, depends(PEOPLE, "reach", "applied")]}),
    ("policy_choice_unknown", "sections.2.depends_on", {"sections": sections(ADDRESS)}),
    ("policy_not_a_choice", "fields.1.depends_on", {"fields": [PEOPLE, depends(REACHED, "people", "x")]}),
    ("policy_not_a_choice", "fields.0.depends_on", {"fields": [depends(PEOPLE, "people", "x")]}),
    ("policy_not_a_choice", "sections.2.depends_on", {"sections": sections(depends(ADDRESS, "idea", "x"))}),
    ("policy_choice_not_before", "fields.0.depends_on", {"fields": [depends(REACHED, "reached", "trial")]}),
    ("policy_choice_not_before", "fields.0.depends_on", {"fields": [APPLIED_ON, REACHED]}),
    ("policy_option_unknown", "fields.1.answers_needed.0", {"fields": [REACHED, depends(PEOPLE, "reached", "website")]}),
    ("policy_option_unknown", "fields.1.answers_needed.1", {"fields": [REACHED, depends(PEOPLE, "reached", "trial", "finished")]}),
    ("date_out_of_range", "fields.0.earliest", {"fields": [{**ANY_DAY, "earliest": "1899-12-31"}]}),
    ("date_out_of_range", "fields.0.latest", {"fields": [{**ANY_DAY, "latest": "9999-12-31"}]}),
]
