"""How we reach outside: the file store, files that come in, the virus scanner and the mail."""
