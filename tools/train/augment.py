"""What a picture is changed by before it is learnt from, on the device and for a whole batch."""
import torch
import torch.nn.functional as F

FLIPPED, ENLARGED, LARGEST, COLOUR = 0.5, 0.5, 1.6, 0.25


def batch(scenes, indices, enlarge):
    """Pictures from 0 to 255, [N, 3, H, W], with segments int64 [N, H, W] and classes int64 [N, 256]."""
    pictures = scenes.arrays["pictures"][indices].permute(0, 3, 1, 2).float()
    segments = scenes.arrays["segments"][indices][:, None].float()
    grid = places(pictures, enlarge)
    pictures = F.grid_sample(pictures, grid, mode="bilinear", padding_mode="border", align_corners=False)
    segments = F.grid_sample(segments, grid, mode="nearest", padding_mode="border", align_corners=False)
    return coloured(pictures), segments[:, 0].round().long(), scenes.arrays["classes"][indices].long()


def places(pictures, enlarge):
    """Where each pixel comes from: half of the pictures mirrored, and some a part of themselves, enlarged."""
    count, device = len(pictures), pictures.device
    scale = 1 / (1 + (LARGEST - 1) * torch.rand(count, device=device))
    scale = torch.where(torch.rand(count, device=device) < (ENLARGED if enlarge else 0), scale, 1.0)
    mirrored = torch.where(torch.rand(count, device=device) < FLIPPED, -1.0, 1.0)
    shift = (1 - scale)[:, None] * (2 * torch.rand((count, 2), device=device) - 1)
    none = torch.zeros_like(scale)
    rows = torch.stack([torch.stack([mirrored * scale, none, shift[:, 0]], 1), torch.stack([none, scale, shift[:, 1]], 1)], 1)
    return F.affine_grid(rows, list(pictures.shape), align_corners=False)


def coloured(pictures):
    """Brightness, contrast and saturation, each up to a quarter more or less."""
    brightness, contrast, saturation = (1 + COLOUR * (2 * torch.rand((len(pictures), 1, 1, 1), device=pictures.device) - 1) for _ in range(3))
    pictures = pictures * brightness
    mean = pictures.mean((1, 2, 3), keepdim=True)
    pictures = mean + (pictures - mean) * contrast
    grey = pictures.mean(1, keepdim=True)
    return (grey + (pictures - grey) * saturation).clamp(0, 255)
