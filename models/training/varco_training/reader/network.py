"""The reader's network: plain residual 3x3 convolutions, two rows of forty columns, CTC classes and a country head."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from . import ALPHABET, STEPS

CHANNELS = (32, 48, 96, 128)


def _conv(cin: int, cout: int, stride: tuple[int, int] = (1, 1), dilation: tuple[int, int] = (1, 1)) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(cin, cout, 3, stride, padding=dilation, dilation=dilation, bias=False), nn.BatchNorm2d(cout)
    )


class Block(nn.Module):
    """Two 3x3 convolutions beside the identity."""

    def __init__(self, channels: int, dilation: tuple[int, int] = (1, 1)) -> None:
        super().__init__()
        self.first = _conv(channels, channels)
        self.second = _conv(channels, channels, dilation=dilation)

    def forward(self, x: Tensor) -> Tensor:
        """Same shape in and out."""
        return torch.relu(x + self.second(torch.relu(self.first(x))))


class Reader(nn.Module):
    """Crops `[N, 3, 48, 160]` (RGB, 0..1) to logits `[N, 80, 40]` and country logits `[N, K]`."""

    def __init__(self, countries: int, channels: tuple[int, int, int, int] = CHANNELS) -> None:
        super().__init__()
        a, b, c, d = channels
        self.stem = _conv(3, a, (2, 2))  # 24 x 80
        self.down2 = _conv(a, b, (2, 2))  # 12 x 40
        self.stage2 = Block(b)
        self.down3 = _conv(b, c, (2, 1))  # 6 x 40
        self.stage3 = Block(c)
        self.down4 = _conv(c, d, (3, 1))  # 2 x 40
        # Wide dilation: each step sees the whole plate, so the signs' order and the band can speak about O and 0.
        self.stage4 = nn.Sequential(Block(d, (1, 3)), Block(d, (1, 6)))
        self.context = nn.Linear(d, d)
        self.classes = nn.Conv2d(d, len(ALPHABET) + 1, 1)
        self.country = nn.Linear(d, countries)

    def forward(self, crops: Tensor) -> tuple[Tensor, Tensor]:
        """See the class."""
        x = torch.relu(self.stem(crops))
        x = self.stage2(torch.relu(self.down2(x)))
        x = self.stage3(torch.relu(self.down3(x)))
        x = self.stage4(torch.relu(self.down4(x)))
        whole = x.mean(dim=(2, 3))
        told = torch.relu(self.context(whole))
        x = self.classes(x + told[:, :, None, None])
        return x.reshape(-1, len(ALPHABET) + 1, STEPS).transpose(1, 2), self.country(whole)
