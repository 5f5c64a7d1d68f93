"""The reader's network: plain residual 3x3 convolutions to two rows of columns, then one of three ways to a text.

`ctc`: more convolutions and one layer of self-attention, one class or a blank per column. `slots`: as many learned questions as a plate has places, each
looking at the columns by attention. `decoder`: self-attention over the columns, then questions that also look at each other.
`docs/design/reader.md` says how they compare.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from . import ALPHABET, SLOTS, CropSize

CLASSES = len(ALPHABET) + 1
FAMILIES = ("ctc", "slots", "decoder")


@dataclass(frozen=True)
class Size:
    """What a size of the network consists of."""

    channels: tuple[int, int, int, int]
    """Of the stem and the three stages."""
    steps_a_column: int
    """CTC steps that each column tells: two narrow signs alike side by side (11) need three, and may have little more than two columns."""
    crop: CropSize
    """What it sees of a plate."""


_SMALL, _LARGE = CropSize(160, 48), CropSize(192, 64)
SIZES = {
    "usual": Size((32, 48, 96, 128), 1, _SMALL),
    "wide": Size((32, 64, 112, 144), 2, _SMALL),
    "usual-192": Size((32, 48, 96, 128), 1, _LARGE),
    "wide-192": Size((32, 64, 112, 144), 2, _LARGE),
}
"""`docs/design/reader.md` says which the program has, and what the wider ones and the larger crops brought."""


@dataclass(frozen=True)
class Outputs:
    """What the network says of N crops."""

    steps: Tensor
    """Logits per step, N x T x 40, class 0 the blank: the text of `ctc`, an aid in training for the others. `usual` 80 steps, `wide` 160, with larger
    crops a fifth more."""
    slots: Tensor | None
    """Logits per place, N x 12 x 40, class 0 nothing (the text is over)."""
    country: Tensor
    """Logits per country, N x K."""


def _conv(cin: int, cout: int, stride: tuple[int, int] = (1, 1), dilation: tuple[int, int] = (1, 1)) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(cin, cout, 3, stride, padding=dilation, dilation=dilation, bias=False), nn.BatchNorm2d(cout)
    )


def normalised(model: nn.Module) -> list[tuple[str, nn.Sequential]]:
    """The pairs of a convolution and its batch normalisation, by name, in the order of the network."""
    pairs = ((name, module) for name, module in model.named_modules() if isinstance(module, nn.Sequential) and len(module) == 2)
    return [(name, module) for name, module in pairs if isinstance(module[1], nn.BatchNorm2d)]


class Block(nn.Module):
    """Two 3x3 convolutions beside the identity."""

    def __init__(self, channels: int, dilation: tuple[int, int] = (1, 1)) -> None:
        super().__init__()
        self.first = _conv(channels, channels)
        self.second = _conv(channels, channels, dilation=dilation)

    def forward(self, x: Tensor) -> Tensor:
        """Same shape in and out."""
        return torch.relu(x + self.second(torch.relu(self.first(x))))


class Attention(nn.Module):
    """Multi-head attention of N x Q x D questions over N x T x D memory, written out so that it exports and quantises plainly."""

    def __init__(self, width: int, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.q, self.k, self.v, self.out = (nn.Linear(width, width) for _ in range(4))

    def forward(self, asked: Tensor, memory: Tensor) -> Tensor:
        """N x Q x D."""
        n, d = asked.shape[0], asked.shape[2] // self.heads

        def split(x: Tensor) -> Tensor:
            return x.reshape(n, -1, self.heads, d).transpose(1, 2)

        q, k, v = split(self.q(asked)), split(self.k(memory)), split(self.v(memory))
        weights = torch.softmax(q @ k.transpose(2, 3) / math.sqrt(d), dim=-1)
        return self.out((weights @ v).transpose(1, 2).reshape(n, -1, self.heads * d))


class Layer(nn.Module):
    """Pre-normalised transformer layer; with `crossed` it first asks the memory."""

    def __init__(self, width: int, crossed: bool, growth: int = 2) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3 if crossed else 2))
        self.cross = Attention(width) if crossed else None
        self.own = Attention(width)
        self.up, self.down = nn.Linear(width, growth * width), nn.Linear(growth * width, width)

    def silence(self) -> None:
        """Let the layer begin as the identity, so that it can be put into a network that already reads."""
        for last in (self.own.out, self.down):
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)

    def forward(self, x: Tensor, memory: Tensor | None = None) -> Tensor:
        """Same shape as `x`."""
        if self.cross is not None and memory is not None:
            x = x + self.cross(self.norms[2](x), memory)
        y = self.norms[0](x)
        x = x + self.own(y, y)
        return x + self.down(torch.relu(self.up(self.norms[1](x))))


class Reader(nn.Module):
    """Crops `[N, 3, height, width]` (RGB, 0..1) of its size to `Outputs`."""

    def __init__(self, countries: int, family: str = "ctc", size: str = "usual") -> None:
        super().__init__()
        if family not in FAMILIES:
            raise ValueError(f"{family}: the families are {', '.join(FAMILIES)}")
        self.family = family
        a, b, c, d = SIZES[size].channels
        self.crop = SIZES[size].crop
        self.stem = _conv(3, a, (2, 2))  # half of the crop
        self.down2 = _conv(a, b, (2, 2))  # a quarter
        self.stage2 = Block(b)
        self.down3 = _conv(b, c, (2, 1))  # an eighth of its height
        self.stage3 = Block(c)
        # To the two halves of the plate.
        half = self.crop.height // 16
        self.down4 = nn.Sequential(nn.Conv2d(c, d, (half, 3), (half, 1), padding=(half % 2, 1), bias=False), nn.BatchNorm2d(d))
        # Wide dilation: each column sees the whole plate, so the order of the signs and the band can speak about O and 0.
        deep = [Block(d, (1, 3))] if family == "decoder" else [Block(d, (1, 3)), Block(d, (1, 6))]
        self.stage4 = nn.Sequential(*deep)
        self.place = nn.Parameter(torch.randn(1, 2 * self.crop.columns, d) * (0.0 if family == "ctc" else 0.1))
        self.encoder = nn.ModuleList(Layer(d, False) for _ in range({"ctc": 1, "slots": 0, "decoder": 2}[family]))
        for layer in self.encoder if family == "ctc" else ():
            layer.silence()
        self.asked = nn.Parameter(torch.randn(1, SLOTS, d) * 0.5)
        self.answer = Layer(d, True) if family == "decoder" else None
        self.look = Attention(d) if family == "slots" else None
        self.context = nn.Linear(d, d)
        self.steps = nn.Linear(d, SIZES[size].steps_a_column * CLASSES)
        self.slots = nn.Linear(d, CLASSES)
        self.country = nn.Linear(d, countries)

    def forward(self, crops: Tensor) -> Outputs:
        """See the class."""
        x = torch.relu(self.stem(crops))
        x = self.stage2(torch.relu(self.down2(x)))
        x = self.stage3(torch.relu(self.down3(x)))
        x = self.stage4(torch.relu(self.down4(x)))
        x = x.flatten(2).transpose(1, 2)
        x = x + self.place
        for layer in self.encoder:
            x = layer(x)
        whole = x.mean(dim=1)
        x = x + F.relu(self.context(whole))[:, None]
        asked = self.asked.expand(x.shape[0], -1, -1)
        slots = None
        if self.answer is not None:
            slots = self.slots(self.answer(asked, x))
        elif self.look is not None:
            slots = self.slots(torch.relu(self.look(asked, x)))
        steps = self.steps(x).reshape(x.shape[0], -1, CLASSES)
        return Outputs(steps, slots, self.country(whole))


def enlarged(weights: dict[str, Tensor], own: dict[str, Tensor]) -> dict[str, Tensor]:
    """A network's weights for one with larger crops: the places of its columns spread, the rows that it makes one of each half of the plate shared out.

    All others are as they were: what a convolution has learnt of a stroke serves for one a fifth thicker until training has mended it.
    """
    out = dict(weights)
    place, wanted = weights["place"], own["place"].shape[1]
    if place.shape[1] != wanted:
        halves = place.reshape(2, -1, place.shape[2]).transpose(1, 2)
        halves = F.interpolate(halves, size=wanted // 2, mode="linear", align_corners=False)
        out["place"] = halves.transpose(1, 2).reshape(1, wanted, -1).contiguous()
    rows, wanted = weights["down4.0.weight"].shape[2], own["down4.0.weight"].shape[2]
    if (rows, wanted) == (3, 4):
        shares = torch.tensor([[1, 0, 0], [0.5, 0.5, 0], [0, 0.5, 0.5], [0, 0, 1]]) * (rows / wanted)
        out["down4.0.weight"] = torch.einsum("wr,oirk->oiwk", shares, weights["down4.0.weight"]).contiguous()
    return out


def with_countries(weights: dict[str, Tensor], before: list[str], now: list[str]) -> dict[str, Tensor]:
    """A network's weights for other countries than it learnt: a new one begins as "no country" does, twenty times less likely."""
    places = [before.index(code) if code in before else len(before) for code in [*now, ""]]
    lower = torch.tensor([0.0 if code in before else 3.0 for code in now] + [0.0])
    return weights | {"country.weight": weights["country.weight"][places], "country.bias": weights["country.bias"][places] - lower}
