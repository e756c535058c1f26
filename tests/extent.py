"""How much is run: a twentieth of the large runs, all of them, or all and what takes hours (`GAGAS_TEST_SHARE`)."""

import os

SOAK = os.environ.get("GAGAS_TEST_SHARE") == "soak"  # all, and what takes hours
ALL = SOAK or os.environ.get("GAGAS_TEST_SHARE") == "all"
