"""How often one address may look documents up that are not found, or by a number that can be guessed, and one person look for colleagues
or have kept what they type: counted in this process alone.

The address under a QR code cannot be guessed, so a hall full of people who scan their certificates is never kept waiting.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from api.tries import TooMany, network_of

MOST_LOOKUPS = 60  # of one address within the window
MOST_SEARCHES = 20  # for colleagues, of one person; whoever builds a team of five needs fewer
MOST_KEPT = 40  # texts of one person that are kept while they write: a page sends one each ten seconds, and one as it is left
WINDOW_SECONDS = 60.0
MOST_ADDRESSES = 10_000  # that are remembered; beyond, the one that was counted first is forgotten


class Lookups:
    """Counts the lookups of each address, or of each person, in windows of a minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = MOST_LOOKUPS, code: str = "too_many_lookups") -> None:
        self._clock, self._most, self._code = clock, most, code
        self._lock = threading.Lock()
        self._counted: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def count(self, address: str) -> None:
        """Count one lookup of an address."""
        place = network_of(address)
        with self._lock:
            since, number = self._read(place)
            self._counted.pop(place, None)
            self._counted[place] = (since, number + 1)
            while len(self._counted) > MOST_ADDRESSES:
                self._counted.popitem(last=False)

    def require_few(self, address: str) -> None:
        """TooMany where an address used up its lookups; whoever asks from elsewhere is not concerned."""
        with self._lock:
            since, number = self._read(network_of(address))
            if number >= self._most:
                raise TooMany(self._code, seconds=max(1, round(since + WINDOW_SECONDS - self._clock())))

    def _read(self, place: str) -> tuple[float, int]:
        at = self._clock()
        since, number = self._counted.get(place, (at, 0))
        return (at, 0) if since + WINDOW_SECONDS <= at else (since, number)
