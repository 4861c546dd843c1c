"""Speed against a peer in the same run. `make bench`; what it means is in docs/performance.md."""
