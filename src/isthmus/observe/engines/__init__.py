"""Engines: what runs readers, kernel and counts, in one process or on a cluster. Results are the same to the byte."""
