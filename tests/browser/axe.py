"""What axe finds wrong with a page: accessibility, and every pair of colours."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

# what is no fault is left where it was found: bringing it here costs as much as finding it
FAULTS = """async rules => {
  const chosen = rules ? { runOnly: { type: "rule", values: rules } } : {};
  const { violations } = await axe.run({ resultTypes: ["violations"], ...chosen });
  return violations.map(each => [each.id, each.nodes.slice(0, 3).map(node => node.html.slice(0, 200))]);
}"""


def examine(page: Page, rules: tuple[str, ...] | None = None) -> list[tuple[str, list[str]]]:
    """The rules, of all or of these, that a page as it is breaks, each with up to three places."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return [(rule, places) for rule, places in page.evaluate(FAULTS, list(rules) if rules else None)]
