"""Drawn vehicles of every kind in variety, each by itself: what the vehicle classifier sees beside the few real lorries and buses."""
