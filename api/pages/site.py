"""The site: every page's routes, in the order in which a path is tried."""

from api.pages import account, assets, calls, ceilings, idea, inbox, intake, pilot, public, recognition, region, review, reward

PAGES = (assets, public, account, inbox, intake, review, pilot, reward, recognition, region, calls, ceilings, idea)
