"""The benchmark: our server beside a bare floor and beside what a user would pick instead."""
