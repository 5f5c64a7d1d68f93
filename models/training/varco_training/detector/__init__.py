"""Varco's plate detector: one small network that finds plates and their four corners."""
