"""The table that is printed, and the same for the README."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from bench.lines import Line

COLOURS = {"met": "green", "goal met": "bold green", "short": "bold red", "": "dim"}


def print_table(lines: Sequence[Line], console: Console) -> None:
    """One row for each line: case, ours, rival, ratio, target, verdict."""
    table = Table(title="Gagas against its yardsticks", title_justify="left", header_style="bold")
    for name in ("case", "what", "ours", "rival", "ratio", "target", "verdict"):
        table.add_column(name, justify="right" if name in ("ours", "rival", "ratio") else "left")
    case = ""
    for line in lines:
        if case and line.case != case:
            table.add_section()
        shown = "" if line.case == case else line.case
        colour = COLOURS[line.verdict]
        ours, rival = f"{show(line.ours)} {line.unit}", f"{line.against} {show(line.rival)}"
        table.add_row(shown, line.name, ours, rival, f"[{colour}]{line.ratio:.2f}[/]", line.promise, f"[{colour}]{line.verdict}[/]")
        case = line.case
    console.print(table)


SENTENCES = (  # the first whose words all stand in a line's case, name and yardstick says what its ratio means
    (("submit", "p99"), "How much longer the slowest of a hundred waits while 32 submit at once."),
    (("submit", "draft"), "A draft is checked, revised, salted and ledgered; there is no promise for it."),
    (("submit",), "A submission is authenticated, checked, numbered, ledgered and outboxed; the yardstick writes one row."),
    (("routing", "deployment runs"), "What batches gain over Prefect's first tutorial: a process for each idea."),
    (("routing", "DBOS"), "Against durable workflows without a server, with the same three effects."),
    (("routing", "as shipped"), "Chunks of messages share a commit; this is what a relay really does."),
    (("routing", "two relays", "own"), "Where the cores go: the relays themselves, with the flows that they run."),
    (("routing", "two relays", "servers'"), "Where the cores go: PostgreSQL and Prefect's server, beside the relays on the same two."),
    (("routing", "two relays"), "Twice the ideas, a batch for each relay; they share two cores with both servers."),
    (("routing", "plain calls"), "What is left of bare function calls after Prefect, leases and acknowledgements."),
    (("imports", "unchanged"), "Reading the spreadsheet and comparing each row with what is known."),
    (("imports",), "Each row is read, checked, written and a fact of the ledger; the yardstick writes the two rows."),
    (("people",), "How much slower it is with a hundred times the staff, and so with 24,000 people in a unit instead of 240."),
    (("upload", "memory"), "The most that the API held more than before, while a file of 20 MB came, against the limit."),
    (("upload",), "Sent over HTTP, hashed, inspected in a process of its own, stored and chained; the yardstick writes and syncs."),
    (("reads",), "How much slower it is with a hundred times the ideas; 1 means that years cost nothing."),
    (("similar", "recall", "our terms"), "BM25 with our stems and acronyms, over all texts; ours compares a bounded few."),
    (("similar", "recall"), "Ideas that say the same in other words, found among the first five; BM25 takes words as they stand."),
    (("similar", "search"), "Text, title and sections are searched, in every form of a word; 1 means that years cost nothing."),
    (("similar",), "What is compared is bounded: a sample, and the newest ideas with a rare word, or with two usual ones."),
    (("pages", "desk"), "The table at which a secretariat works through ideas, in all its orders; 1 means that years cost nothing."),
    (("pages",), "The server's time for whole pages; the one that grows most, and the middle of all."),
    (("backup",), "How much longer the slowest of a hundred waits while the whole region is copied beside them."),
    (("certificates",), "One layout for many sheets, one background, fonts subset once; processor time."),
    (("processes", "memory"), "Resident memory after 400 requests, against the limit for the API."),
    (("processes", "start"), "Seconds to the first sign of life, in starts of a bare Python."),
)


def explain(line: Line) -> str:
    """The sentence on a line's ratio."""
    words_of_line = f"{line.case} {line.name} {line.against}"
    return next(sentence for words, sentence in SENTENCES if all(word in words_of_line for word in words))


def write_markdown(lines: Sequence[Line]) -> str:
    """The table for the README, with a sentence on each ratio."""
    rows = ["| case | what | ours | rival | ratio | target | | what the ratio says |", "|---|---|--:|--:|--:|---|---|---|"]
    for line in lines:
        cells = (line.case, line.name, f"{show(line.ours)} {line.unit}", f"{line.against} {show(line.rival)}", f"**{line.ratio:.2f}**")
        rows.append(f"| {' | '.join((*cells, line.promise, line.verdict, explain(line)))} |")
    return "\n".join(rows)


def show(value: float) -> str:
    """A figure with three digits that count."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
