"""The aligner's network: plain 3x3 convolutions down to stride 16 and up again to a map of places for each corner.

A corner's place is the mean of its map (Nibali et al., "Numerical coordinate regression with convolutional neural networks",
2018): exact to a fraction of a cell, and learnt from the distance itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..detector.network import Conv, Residual
from . import HEIGHT, WIDTH

STRIDE = 4
"""Pixels of the view per cell of the corners' maps."""
ROWS, COLUMNS = HEIGHT // STRIDE, WIDTH // STRIDE
CHANNELS = (24, 40, 64, 96)


@dataclass(frozen=True)
class Outputs:
    """What the network says of N views."""

    maps: Tensor
    """N x 4 x 16 x 40: where each corner is, a probability per cell."""
    corners: Tensor
    """N x 4 x 2: their means in the view's unit square, clockwise from the top left."""
    plate: Tensor
    """N: logit of this being a plate."""


class Aligner(nn.Module):
    """Views `[N, 3, 64, 160]` (RGB, 0..1) to `Outputs`."""

    def __init__(self) -> None:
        super().__init__()
        a, b, c, d = CHANNELS
        self.stem = Conv(3, a, 3, 2)
        self.quarter = nn.Sequential(Conv(a, b, 3, 2), Residual(b))
        self.eighth = nn.Sequential(Conv(b, c, 3, 2), Residual(c))
        self.sixteenth = nn.Sequential(Conv(c, d, 3, 2), Residual(d), Residual(d))
        self.from_sixteenth = nn.Conv2d(d, c, 1)
        self.up = Conv(c, c)
        self.from_eighth = nn.Conv2d(c, b, 1)
        self.near = Conv(b, b)
        self.corner = nn.Conv2d(b, 4, 1)
        self.judge = nn.Linear(d, d)
        self.plate = nn.Linear(d, 1)
        across, down = (torch.arange(COLUMNS) + 0.5) / COLUMNS, (torch.arange(ROWS) + 0.5) / ROWS
        places = torch.stack([across.expand(ROWS, COLUMNS), down[:, None].expand(ROWS, COLUMNS)], -1)
        self.register_buffer("places", places.reshape(-1, 2), persistent=False)

    def forward(self, views: Tensor) -> Outputs:
        """See the class."""
        quarter = self.quarter(self.stem(views))
        eighth = self.eighth(quarter)
        sixteenth = self.sixteenth(eighth)
        x = self.up(eighth + functional.interpolate(self.from_sixteenth(sixteenth), scale_factor=2.0))
        x = self.near(quarter + functional.interpolate(self.from_eighth(x), scale_factor=2.0))
        maps = torch.softmax(self.corner(x).float().flatten(2), dim=-1)
        plate = self.plate(torch.relu(self.judge(sixteenth.mean((2, 3)))))
        return Outputs(maps.unflatten(2, (ROWS, COLUMNS)), maps @ self.places, plate[:, 0])
