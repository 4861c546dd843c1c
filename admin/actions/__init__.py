"""What operators do, once: page, API and command line call the same functions with the same checks and the same audit."""
