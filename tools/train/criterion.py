"""The set loss of "Masked-attention Mask Transformer for Universal Image Segmentation", for all layers at once.

Queries and true segments are paired so that their costs add up to the least (section 3.1 of "Per-Pixel Classification is
Not All You Need"); paired masks are judged at points, three quarters of them where the mask is least sure (section 3.4).
The truth stays a map of segment numbers: what a mask says at a point is one comparison. Layers and pictures are one axis, so
a step costs a few large products and one look at the device; the assignments themselves take a few milliseconds.
"""
import dataclasses

import numpy as np
import scipy.optimize
import torch
import torch.nn.functional as F

NO_OBJECT = 0.1
CLASS, MASK, DICE = 2.0, 5.0, 5.0
OVERSAMPLED, UNSURE = 3, 0.75


@dataclasses.dataclass(frozen=True)
class Truth:
    """What is to be found in N pictures: T places for segments, of which the first `counts[n]` are used."""

    segments: torch.Tensor      # int64 [N, H, W]: which segment, T where none counts
    classes: torch.Tensor       # int64 [N, T]
    counts: torch.Tensor        # int64 [N]


def truth(segments, classes, most, smallest):
    """The largest segments of each picture, numbered by size.

    segments: int64 [N, H, W] from 0 to 255; classes: int64 [N, 256], 255 where a segment is void. Segments of fewer pixels
    than `smallest` are void as well.
    """
    count = classes.shape[1]
    offsets = torch.arange(len(segments), device=segments.device).view(-1, 1, 1) * count
    areas = torch.bincount((segments + offsets).flatten(), minlength=len(segments) * count).view(-1, count)
    areas = torch.where((classes < 255) & (areas >= smallest), areas, 0)
    largest, order = areas.topk(most, dim=1)
    places = torch.where(largest > 0, torch.arange(most, device=segments.device), most)
    table = torch.full_like(areas, most).scatter(1, order, places)
    renumbered = table.gather(1, segments.flatten(1)).view_as(segments)
    return Truth(renumbered, classes.gather(1, order), (largest > 0).sum(1))


class Criterion:
    def __init__(self, classes, points):
        self.classes, self.points = classes, points

    def __call__(self, class_logits, mask_logits, truth):
        """Losses of `class_logits` [L, N, Q, K+1] and `mask_logits` [L, N, Q, h, w], summed over layers."""
        layers, pictures, queries = class_logits.shape[:3]
        class_logits = class_logits.float()
        with torch.no_grad():
            costs = self.costs(class_logits, mask_logits, truth)
        layer, picture, query, segment = self.pairs(costs, truth.counts)
        rows = (layer * pictures + picture) * queries + query
        wanted = torch.full((layers * pictures * queries,), self.classes, device=rows.device)
        wanted[rows] = truth.classes[picture, segment]
        weights = torch.ones(self.classes + 1, device=rows.device)
        weights[-1] = NO_OBJECT
        by_query = F.cross_entropy(class_logits.flatten(0, 2), wanted, reduction="none").view(layers, -1)
        weights = weights[wanted].view(layers, -1)
        classification = ((by_query * weights).sum(1) / weights.sum(1)).sum()
        masks, dice = self.mask_losses(mask_logits.flatten(0, 2).index_select(0, rows).float(), picture, segment, truth)
        shares = layers / max(len(rows), 1)
        return {"class": CLASS * classification, "mask": MASK * shares * masks.sum(), "dice": DICE * shares * dice.sum()}

    def costs(self, class_logits, mask_logits, truth):
        """[L, N, Q, T]: what it costs to take a query for a segment. Each is compared at the same random points of a picture."""
        layers, pictures, queries = class_logits.shape[:3]
        places = truth.classes.shape[1]
        height, width = truth.segments.shape[1:]
        points = torch.randint(height * width, (pictures, self.points), device=class_logits.device)
        there = truth.segments.flatten(1).gather(1, points)                                 # [N, P]
        counted = (there < places).float()
        inside = (there[:, None] == torch.arange(places, device=there.device)[:, None]).float()     # [N, T, P]
        grid = positions(points, height, width)[None].expand(layers, -1, -1, -1).flatten(0, 1)
        logits = F.grid_sample(mask_logits.float().flatten(0, 1), grid[:, None], align_corners=False).squeeze(2)
        logits = logits.view(layers, pictures, queries, -1)
        weight = counted.sum(1).clamp(min=1).view(pictures, 1, 1)
        outside = counted[:, None] - inside
        cross_entropy = (F.softplus(-logits) @ inside.transpose(1, 2) + F.softplus(logits) @ outside.transpose(1, 2)) / weight
        probabilities = logits.sigmoid() * counted[:, None]
        overlap = 1 - (2 * probabilities @ inside.transpose(1, 2) + 1) / (probabilities.sum(-1, keepdim=True) + inside.sum(-1)[:, None] + 1)
        classes = truth.classes.clamp(max=self.classes)[None, :, None].expand(layers, -1, queries, -1)
        classification = -class_logits.softmax(-1).gather(3, classes)
        return CLASS * classification + MASK * cross_entropy + DICE * overlap

    def pairs(self, costs, counts):
        """Indices [M] of layer, picture, query and segment: the cheapest assignment in each layer and picture."""
        matrices, counts = costs.nan_to_num(1e6, 1e6, -1e6).cpu().numpy(), counts.tolist()
        found = []
        for layer, picture in np.ndindex(*matrices.shape[:2]):
            query, segment = scipy.optimize.linear_sum_assignment(matrices[layer, picture, :, :counts[picture]])
            found.append(np.stack([np.full_like(query, layer), np.full_like(query, picture), query, segment]))
        return torch.from_numpy(np.concatenate(found, 1)).to(costs.device, non_blocking=True)

    def mask_losses(self, logits, picture, segment, truth):
        """Cross entropy and dice of each of the paired masks [M, h, w]."""
        height, width = truth.segments.shape[1:]
        maps, masks = logits[:, None], len(logits)
        with torch.no_grad():
            points = torch.randint(height * width, (masks, OVERSAMPLED * self.points), device=logits.device)
            unsure = -F.grid_sample(maps, positions(points, height, width)[:, None], align_corners=False).abs()[:, 0, 0]
            chosen = unsure.topk(int(UNSURE * self.points), dim=1, sorted=False).indices
            others = torch.randint(height * width, (masks, self.points - chosen.shape[1]), device=logits.device)
            points = torch.cat([points.gather(1, chosen), others], 1)
            there = truth.segments.flatten()[points + (picture * (height * width))[:, None]]
            counted = (there < truth.classes.shape[1]).float()
            inside = (there == segment[:, None]).float()
        logits = F.grid_sample(maps, positions(points, height, width)[:, None], align_corners=False)[:, 0, 0]
        by_point = F.binary_cross_entropy_with_logits(logits, inside, reduction="none") * counted
        cross_entropy = by_point.sum(1) / counted.sum(1).clamp(min=1)
        probabilities = logits.sigmoid() * counted
        dice = 1 - (2 * (probabilities * inside).sum(1) + 1) / (probabilities.sum(1) + inside.sum(1) + 1)
        return cross_entropy, dice


def positions(points, height, width):
    """Pixels' numbers [..., P] to the places of their centres, [..., P, 2] from -1 to 1."""
    x = (points % width + 0.5) * (2 / width) - 1
    y = (points // width + 0.5) * (2 / height) - 1
    return torch.stack([x, y], -1)
