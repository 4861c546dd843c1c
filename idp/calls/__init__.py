"""Calls of programs to older APIs, and of older programs through us: who may, what about whom, and how it goes out.

checks.py who may; filling.py where a person's data go; replays.py what is used once; tokens.py the shelf of the older side's tokens;
outward.py the one way out; engine.py all of it in order. The kinds (connectors/apis) only dress calls and read answers.
"""
