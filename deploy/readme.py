"""Writes the README's generated parts: settings, the walk with curl, the last benchmarks and what they lack.

`make check` holds it against the files.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SETTINGS_HEAD = "| variable | default | meaning |\n|---|---|---|\n"


def settings_table() -> str:
    """Every `GAGAS_*` setting with its default and meaning."""
    from models.settings import Settings

    rows = []
    for name, field in Settings.model_fields.items():
        default = field.default.get_secret_value() if hasattr(field.default, "get_secret_value") else str(field.default)
        rows.append(f"| `GAGAS_{name.upper()}` | {f'`{default}`' if default else 'empty'} | {field.description} |")
    return SETTINGS_HEAD + "\n".join(rows)


def bench_table() -> str:
    """The last run of `make bench` that was kept, with a sentence on each ratio."""
    from bench.lines import read_lines
    from bench.table import write_markdown

    return write_markdown(read_lines(ROOT / "bench" / "results.json"))


def unmeasured() -> str:
    """What has no figure in that run."""
    from bench.lines import read_lines
    from bench.table import tell_unmeasured

    return tell_unmeasured(read_lines(ROOT / "bench" / "results.json"))


def generate(text: str) -> str:
    """The README with its generated parts as they should be."""
    walk = (ROOT / "examples" / "one-idea.sh").read_text("utf-8").strip()
    text = re.sub(r"```bash\n.*?\n```", lambda _: f"```bash\n{walk}\n```", text, count=1, flags=re.S)
    text = re.sub(r"(<!-- bench -->\n).*?(<!-- end of bench -->)", lambda found: f"{found[1]}{bench_table()}\n{found[2]}", text, flags=re.S)
    said = f"{unmeasured()}\n".lstrip()
    text = re.sub(r"(<!-- unmeasured -->\n).*?(<!-- end -->)", lambda found: f"{found[1]}{said}{found[2]}", text, flags=re.S)
    return re.sub(
        r"(mend it\)</summary>\n\n).*?(\n</details>)", lambda found: f"{found[1]}{settings_table()}{found[2]}", text, count=1, flags=re.S
    )


def main() -> int:
    """Rewrite the README, or with `--check` say whether it is up to date."""
    readme = ROOT / "README.md"
    before = readme.read_text("utf-8")
    after = generate(before)
    if "--check" in sys.argv:
        print("README: as it should be" if before == after else "README: out of date; run .venv/bin/python deploy/readme.py")
        return int(before != after)
    readme.write_text(after, "utf-8")
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    raise SystemExit(main())
