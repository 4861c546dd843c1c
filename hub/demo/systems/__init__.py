"""Five older systems of the demonstration, in one process: `python -m hub.demo.systems`.

Each is written as such programs are: small, with a session, a cookie and a look of its own, and knowing of Gapura only what its
protocol needs. The real ones are PHP and Java; what they would have to add stands in docs/connectors.
"""
