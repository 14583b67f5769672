"""What of a contract was reached, and by whom."""
