"""`hmac_headers`: an API that wants each request signed in headers, as those of BPJS Kesehatan do, and older programs that sign so to us.

settings.py is what an operator enters; signature.py both schemes; envelope.py and lzstring.py how BPJS answers; kind.py is the contract.
"""
