"""Stand-ins for national services that nobody can run at home: small servers with the documented contract, quirks and refusals included.

Each is an ASGI application made by a function of its file; `serve.py` runs one on a free port. All data are invented.
"""
