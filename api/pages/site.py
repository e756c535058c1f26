"""The site: every page's routes, in the order in which a path is tried."""

from api.pages import (
    account,
    amendments,
    assets,
    call_form,
    call_life,
    calls,
    ceilings,
    condition,
    confirmations,
    exports,
    idea,
    ideas,
    imports,
    inbox,
    intake,
    messages,
    new_version,
    own_account,
    people,
    person,
    pilot,
    public,
    recognition,
    region,
    review,
    reward,
    screenings,
)

PAGES = (
    *(assets, public, account, own_account, messages, inbox, ideas, intake, screenings, review, pilot, reward, recognition),
    *(people, person, imports, exports, confirmations, region, condition, call_form, calls, call_life, amendments, new_version),
    *(ceilings, idea),
)
