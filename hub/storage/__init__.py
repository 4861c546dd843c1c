"""Where things are kept: `expiring/` what has a time to live, `sql/` what must last. Rooms see only their own protocols.

Every back end passes tests/stores. `stores.py` opens the lasting stores of all rooms on one database; `sql/tables.py` has every table in
one place, longer than other files, because a schema is read whole.
"""
