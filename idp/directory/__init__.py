"""Passwords for systems that only know a directory, and who is found there. It knows capabilities, never a kind by name."""
