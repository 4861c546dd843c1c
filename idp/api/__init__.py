"""Our own JSON APIs that programs call with a token: who calls (caller.py), how they are served (app.py), what is refused (told.py).

records.py is the citizen's own record, processing.py the question of an agency what it may do with one person's data now.
"""
