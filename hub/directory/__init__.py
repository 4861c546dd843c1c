"""`gapura ldap`: the process in which older systems ask a directory. It holds connections open, so it is none of the workers.

house.py builds the few things it needs of the house; server.py listens, link.py is one connection; run.py opens and ends in order.
"""
