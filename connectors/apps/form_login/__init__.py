"""`form_login`: an older system that knows only its own login form. The bridge (hub/bridge) signs people in, and keeps the old session.

settings.py is what an operator enters; kind.py is the contract; form.py reads the login page; judge.py says what came of a try, and
whether a page says that the old session is over; places.py says which addresses are the system's own; snippets.py is for nginx.
"""
