"""`forward_auth`: an application that only trusts headers, behind a reverse proxy that asks us about every request.

settings.py is what an operator enters; paths.py decides which path the application will see; kind.py is the contract.
"""
