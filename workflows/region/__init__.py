"""The region: its units, people, roles, calls and their policies."""
