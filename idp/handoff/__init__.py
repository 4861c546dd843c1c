"""Handing a signed-in person to an older system that has a front door: what a kind borrows, and how an interaction ends with it."""
