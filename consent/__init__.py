"""The consent room: what was asked of whom, in which words, and what they answered.

Owns       notices, purposes, the append-only consent ledger, receipts, the disclosure log
Serves     no route: idp and portal show its pages
May use    kit
Never      knows a web framework or a protocol, updates or deletes a record
Start at   ledger.py for the pure rules, service.py for what the other rooms call
"""
