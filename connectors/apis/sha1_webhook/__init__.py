"""`sha1_webhook`: a system that calls us with a hash of shared words in a header, as OSS does when a business number is issued."""
