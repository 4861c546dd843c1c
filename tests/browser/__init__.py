"""Every page in a real browser: every template, in every state it can show, in both languages, narrow and wide, light and dark."""
