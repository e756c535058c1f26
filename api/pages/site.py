"""The site: every page's routes, in the order in which a path is tried."""

from api.pages import (
    account,
    assets,
    call_form,
    calls,
    ceilings,
    confirmations,
    idea,
    ideas,
    imports,
    inbox,
    intake,
    own_account,
    people,
    person,
    pilot,
    public,
    recognition,
    region,
    review,
    reward,
)

PAGES = (
    *(assets, public, account, own_account, inbox, ideas, intake, review, pilot, reward, recognition),
    *(people, person, imports, confirmations, region, call_form, calls, ceilings, idea),
)
