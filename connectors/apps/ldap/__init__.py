"""`ldap`: a system that only knows a directory asks us for people, and whether a password is theirs. Read-only.

settings.py is what an operator enters; ber.py, dn.py, filters.py and messages.py read and write the protocol; conversation.py answers;
search.py decides what a search is about; kind.py is the contract. The process that listens is `gapura ldap` (hub/directory).
"""
