"""`two_tokens`: an API behind a gateway, each wanting a token of its own, as BKN's SIASN does."""
