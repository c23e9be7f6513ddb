"""Runs the data files `*.test`: line protocol to write, SQL to ask, and the answers to expect."""
