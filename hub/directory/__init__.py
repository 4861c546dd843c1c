"""`gapura ldap`: the process in which older systems ask a directory. It holds connections open, so it is none of the workers.

house.py builds the few things it needs of the house; server.py is the connections; run.py opens, listens and ends in order.
"""
