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


# The first of a line's case whose other words all stand in its name or yardstick says what its ratio means.
SENTENCES: tuple[tuple[tuple[str, ...], str], ...] = (
    (("submit", "p99"), "How much longer the slowest of a hundred waits while 32 submit at once."),
    (("submit", "draft"), "A draft is checked, revised, salted and ledgered; there is no promise for it."),
    (
        ("submit", "before evidence"),
        "What attachments, teams, declarations and search cost a submission: the former release in the same rounds.",
    ),
    (("submit",), "A submission is authenticated, checked, numbered, ledgered and outboxed; the yardstick writes one row."),
    (("routing", "deployment runs"), "What batches gain over Prefect's first tutorial: a process for each idea."),
    (("routing", "DBOS"), "Against durable workflows without a server, with the same three effects."),
    (("routing", "as shipped"), "Chunks of messages share a commit; this is what a relay really does."),
    (("routing", "two relays", "own"), "Where the cores go: the relays themselves, with the flows that they run."),
    (("routing", "two relays", "servers'"), "Where the cores go: PostgreSQL and Prefect's server, beside the relays on the same two."),
    (("routing", "two relays"), "Twice the ideas, a batch for each relay; they share two cores with both servers."),
    (("routing", "plain calls"), "What is left of bare function calls after Prefect, leases and acknowledgements."),
    (("imports", "memory"), "The most that `gagas import people` held from its start to its end, against the limit."),
    (("imports", "in 226 units", "all unchanged"), "Reading the spreadsheet and comparing each row with what is known."),
    (
        ("imports", "in 226 units", "all new"),
        "Each row is read, checked, written and a fact of the ledger; the yardstick writes the two rows.",
    ),
    (("people",), "How much slower it is with a hundred times the staff, and so with 24,000 people in a unit instead of 240."),
    (("upload", "memory"), "The most that the API held more than before, while a file of 20 MB came, against the limit."),
    (("upload",), "Sent over HTTP, hashed, inspected in a process of its own, stored and chained; the yardstick writes and syncs."),
    (("reads",), "How much slower it is with a hundred times the ideas; 1 means that years cost nothing."),
    (("similar", "recall", "our terms"), "BM25 with our stems and acronyms, over all texts; ours compares a bounded few."),
    (("similar", "recall"), "Ideas that say the same in other words, found among the first five; BM25 takes words as they stand."),
    (("similar", "search"), "Text, short answers and names are searched, in every form of a word; 1 means that years cost nothing."),
    (("similar",), "What is compared is bounded: a sample, and the newest ideas with a rare word, or with two usual ones."),
    (("pages", "desk"), "The table at which a secretariat works through ideas, in all its orders; 1 means that years cost nothing."),
    (("pages",), "The server's time for whole pages; the one that grows most, and the middle of all."),
    (("backup",), "How much longer the slowest of a hundred waits while the whole region is copied beside them."),
    (("certificates",), "One layout for many sheets, one background, fonts subset once; processor time."),
    (("processes", "memory"), "Resident memory after 400 requests, against the limit for the API."),
    (("processes", "start"), "Seconds to the first sign of life, in starts of a bare Python."),
)


EARLIER = "Measured by an earlier form of this case."
NOT_YET = "not measured yet"


def explain(line: Line) -> str:
    """The sentence on a line's ratio; of a line that no case writes any more, that it is an earlier one's."""
    words = find_words(line)
    return dict(SENTENCES)[words] if words else EARLIER


def find_words(line: Line) -> tuple[str, ...]:
    """Which of the sentences is a line's, by its words; empty where none is."""
    told = f"{line.name} {line.against}"
    return next((words for words, _ in SENTENCES if words[0] == line.case and all(word in told for word in words[1:])), ())


def write_markdown(lines: Sequence[Line]) -> str:
    """The table for the README, with a sentence on each ratio; what has a sentence and no line stands there as not measured yet."""
    rows = ["| case | what | ours | rival | ratio | target | | what the ratio says |", "|---|---|--:|--:|--:|---|---|---|"]
    known = {find_words(line) for line in lines}
    for case in dict.fromkeys((*(line.case for line in lines), *(words[0] for words, _ in SENTENCES))):
        for line in lines:
            if line.case == case:
                cells = (case, line.name, f"{show(line.ours)} {line.unit}", f"{line.against} {show(line.rival)}", f"**{line.ratio:.2f}**")
                rows.append(f"| {' | '.join((*cells, line.promise, line.verdict, explain(line)))} |")
        said = [(words, sentence) for words, sentence in SENTENCES if words[0] == case]
        for words, sentence in said:
            if words not in known:
                what = ", ".join(words[1:]) or ("everything else" if len(said) > 1 else "everything")
                rows.append(f"| {' | '.join((case, what, '', '', '', '', NOT_YET, sentence))} |")
    return "\n".join(rows)


def tell_unmeasured(lines: Sequence[Line]) -> str:
    """The cases, and the parts of cases, of which the README has no figure; empty where it has all."""
    known, measured = {find_words(line) for line in lines}, {line.case for line in lines}
    lacking = dict.fromkeys(words[0] for words, _ in SENTENCES if words not in known)
    whole = ", ".join(f"`{case}`" for case in lacking if case not in measured)
    parts = ", ".join(f"`{case}`" for case in lacking if case in measured)
    told = [said for said in (whole, f"parts of {parts}" if parts else "") if said]
    return f"Not measured yet: {'; '.join(told)}." if told else ""


def show(value: float) -> str:
    """A figure with three digits that count."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
