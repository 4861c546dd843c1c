"""`ticket`: an application that takes a signed one-time ticket and starts its own session.

settings.py is what an operator enters; claims.py is what a ticket says; formats.py writes it down; kind.py is the contract.
"""
