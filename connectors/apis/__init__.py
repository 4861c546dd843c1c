"""Older APIs that programs call through us, one folder a kind. settings.py is what all of them share, answers.py how JSON is read."""
