"""The training losses: focal heat, generalised IoU and smooth L1 for the box, L1 for known corners."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from .network import STRIDE

BOX_WEIGHT = 1.5
CORNER_WEIGHT = 1.0
UNBOXED_SCORE = 0.25
"""From this score on, a detection without a box in an incompletely boxed picture may be an unboxed plate."""


def plate_loss(output: Tensor, target: Tensor) -> tuple[Tensor, dict[str, float]]:
    """Loss of the plates of a batch: network maps [N,13,h,w] against target maps [N,17,h,w] (`targets.encode`)."""
    output = output.float()
    heat, wanted = output[:, 0], target[:, 0]
    plates = (wanted >= 0.999).sum().clamp(min=1)
    score = heat.sigmoid().clamp(1e-4, 1 - 1e-4)
    positive = wanted >= 0.999
    unsure = torch.where(score.detach() > UNBOXED_SCORE, target[:, 16], torch.ones_like(wanted))
    missed = -((1 - score) ** 2) * score.log() * positive
    invented = -((1 - wanted) ** 4) * score**2 * (1 - score).log() * ~positive * target[:, 1] * unsure
    heat_loss = (missed.sum() + invented.sum()) / plates

    box_weight, corner_weight = target[:, 2], target[:, 3]
    at = torch.nonzero(box_weight > 0, as_tuple=True)
    if len(at[0]) == 0:
        return heat_loss, {"heat": heat_loss.item(), "box": 0.0, "corner": 0.0}
    cell = torch.stack([at[2], at[1]], 1).float() + 0.5
    got, want = output[at[0], :, at[1], at[2]], target[at[0], 4:16, at[1], at[2]]
    weight, known = box_weight[at], corner_weight[at]
    centre, size, wrong_boxes = box_errors(cell, got[:, 1:5], want[:, :4], STRIDE)
    box_loss = (weight * wrong_boxes).sum() / plates

    # Corners are judged in heights of the plate, along and across alike: what the rectified signs shift by.
    corners = centre.detach()[:, None] + got[:, 5:13].view(-1, 4, 2) * size.detach()[:, None]
    truth = want[:, 4:].reshape(-1, 4, 2)
    height = (truth - truth[:, [3, 2, 1, 0]]).norm(dim=2).mean(1).clamp(min=3.0)
    wrong = (corners - truth).abs().sum((1, 2)) / height
    corner_loss = (known * wrong).sum() / known.sum().clamp(min=1.0)
    total = heat_loss + BOX_WEIGHT * box_loss + CORNER_WEIGHT * corner_loss
    return total, {"heat": heat_loss.item(), "box": box_loss.item(), "corner": corner_loss.item()}


def box_errors(cell: Tensor, got: Tensor, want: Tensor, stride: int) -> tuple[Tensor, Tensor, Tensor]:
    """Centres and sizes (px) that the outputs `got` [n,4] of `cell` [n,2] mean, and how far they are from boxes `want` [n,4]."""
    centre = (cell + got[:, :2]) * stride
    size = stride * got[:, 2:4].clamp(max=5.0).exp()
    low, high = want[:, :2], want[:, 2:4]
    true_centre, true_size = (low + high) / 2, (high - low).clamp(min=1.0)
    smooth = functional.smooth_l1_loss
    direct = smooth((centre - true_centre) / true_size, torch.zeros_like(centre), beta=0.1, reduction="none").sum(1)
    direct = direct + smooth(got[:, 2:4], (true_size / stride).log(), beta=0.1, reduction="none").sum(1)
    iou = generalised_iou(centre - size / 2, centre + size / 2, low, high)
    return centre, size, 1 - iou + direct


def generalised_iou(low: Tensor, high: Tensor, true_low: Tensor, true_high: Tensor) -> Tensor:
    """Generalised intersection over union of boxes [n,2]+[n,2] (Rezatofighi et al., 2019)."""
    both = (torch.minimum(high, true_high) - torch.maximum(low, true_low)).clamp(min=0).prod(1)
    area, true_area = (high - low).prod(1), (true_high - true_low).prod(1)
    union = area + true_area - both
    hull = (torch.maximum(high, true_high) - torch.minimum(low, true_low)).prod(1).clamp(min=1e-6)
    return both / union.clamp(min=1e-6) - (hull - union) / hull
