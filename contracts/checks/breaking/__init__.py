"""Whether the judges can fail: servers that break the promise in one way each, and who is found out."""
