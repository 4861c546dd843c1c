"""`passport`: an application that signs in by OAuth 2.0 and asks an address of its own shape for the person, as Laravel Passport serves it.

settings.py is what an operator enters; token.py redeems and shows tokens; kind.py is the contract.
"""
