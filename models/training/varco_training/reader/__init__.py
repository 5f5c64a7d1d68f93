"""The plate reader: a small convolutional network with CTC steps over two rows, trained on rendered plates."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CropSize:
    """Size of a crop that a network reads, pixels; both are multiples of 16."""

    width: int
    height: int

    @property
    def columns(self) -> int:
        """Columns of features in each half of the crop, which is a row of signs where there are two."""
        return self.width // 4


MARGIN_X, MARGIN_Y = 0.06, 0.12
"""How far a crop reaches beyond the plate on each side, as a share of the plate's width and of its height."""
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÜ"
"""Signs of the classes 1..39; class 0 is the CTC blank."""
SLOTS = 12
"""Places of the longest text the network gives, as in the program's plate texts."""
