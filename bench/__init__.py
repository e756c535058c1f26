"""Gagas measured on this machine against named yardsticks, in ratios: `python -m bench [--full] [case …]`."""
