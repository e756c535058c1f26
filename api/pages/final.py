"""Final acts: what ends or determines an idea, announces an award or moves a call is confirmed on a page that says what follows."""

from typing import Any

from fastapi.responses import Response

from api.pages.forms import OWN_FIELDS, FormView, fields_to_keep
from api.pages.render import page
from api.pages.session import PageRequest, Visitor

CONFIRMED = "confirmed"
BACK = "no"  # not confirmed: back to the form, with everything that was typed
# the forms that are final, and the outcomes for which they are: nothing means whatever comes of them
OF_ACCOUNTS: dict[str, tuple[str, ...]] = {"close": (), "retire": (), "double": ()}
OF_CALLS: dict[str, tuple[str, ...]] = dict.fromkeys(
    ("open_call", "extend_call", "close_call", "archive_call", "amend_running", "new_version"), ()
)
FINAL: dict[str, tuple[str, ...]] = {
    "withdraw": (),
    "permit": ("refused",),
    "screen": ("duplicate", "rejected"),
    "determine": ("adopted", "rejected"),
    "verify": ("roll_out", "stop"),
    "approve": ("approved", "declined"),
    "schedule": (),
    "revoke": (),
    **OF_ACCOUNTS,
    **OF_CALLS,
}


def find_final(request: PageRequest, name: str) -> str:
    """The final act that a posted form asks for and that is not confirmed yet, as `name` or `name_outcome`; empty where there is none."""
    outcomes, outcome = FINAL.get(name), request.form.text("outcome", 40)
    if outcomes is None or request.form.text(CONFIRMED, 3) == "yes" or (outcomes and outcome not in outcomes):
        return ""
    return f"{name}_{outcome}" if outcomes else name


def is_taken_back(request: PageRequest) -> bool:
    """Whether somebody asked to confirm went back to the form."""
    return request.form.text(CONFIRMED, 3) == BACK


def confirm_page(request: PageRequest, visitor: Visitor, act: str, about: dict[str, Any]) -> Response:
    """The page that says what follows from a final act, and sends the same form again."""
    form, target = request.form, request.http.url.path
    kept = [(name, value) for name, value in fields_to_keep(form.fields) if name not in ("form_key", "form_version", CONFIRMED)]
    typed = {name: value for name, value in kept if value.strip() and name not in OWN_FIELDS}
    view = FormView("final", version=form.text("form_version", 40) or None)
    return page(visitor, "confirm.html", act=act, view=view, target=target, kept=kept, typed=typed, posted=True, resend=kept, **about)
