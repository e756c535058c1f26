"""Many small cases in one test: as a test of its own each would cost more to begin and to report than to look at."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any


def over(cases: Mapping[str, Any] | Iterable[str]) -> Callable[[Callable[[Any], None]], Callable[[], None]]:
    """A test that looks at every case, by its name, and tells of all that are wrong; cases without a name are their own."""
    named = dict(cases) if isinstance(cases, Mapping) else {case: case for case in cases}

    def gather(check: Callable[[Any], None]) -> Callable[[], None]:
        def look_at_each() -> None:
            wrong = []
            for name, case in named.items():
                try:
                    check(case)
                except AssertionError as fault:
                    wrong.append(f"{name}: {fault}")
            assert named
            assert not wrong, "\n".join(wrong)

        look_at_each.__name__, look_at_each.__doc__ = check.__name__, check.__doc__
        return look_at_each

    return gather
