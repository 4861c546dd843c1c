"""The hub: it composes the house and holds no rule of it.

Owns       settings, pools, storage back ends, wiring, app factory, command line, maintenance, the demo
Serves     /healthz /readyz
May use    every room
Never      holds a rule of a protocol; is imported by a room
Start at   wiring.py for what is built from what, storage/ for what is kept where
"""
