"""The rules of the house, held by tests: room cards, arrows, file lengths, names, documented settings, events, errors and cases."""
