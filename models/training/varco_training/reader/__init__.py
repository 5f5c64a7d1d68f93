"""The plate reader: a small convolutional network with CTC steps over two rows, trained on rendered plates."""

from __future__ import annotations

WIDTH, HEIGHT = 160, 48
"""Size of a crop the network reads, pixels."""
MARGIN_X, MARGIN_Y = 0.06, 0.12
"""How far a crop reaches beyond the plate on each side, as a share of the plate's width and of its height."""
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÜ"
"""Signs of the classes 1..39; class 0 is the CTC blank."""
COLUMNS = 80
"""Columns of features: 40 of the upper row, then 40 of the lower one."""
SLOTS = 12
"""Places of the longest text the network gives, as in the program's plate texts."""
