"""How we reach outside: the file store and the mail."""
