"""Draws samples/street.jpg: a street as the eye of a car sees it, to try the commands on. Needs numpy and pillow.

usage: make_street.py OUT.jpg
"""
import sys

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

HEIGHT, WIDTH, SUPERSAMPLING = 512, 1024, 2
H, W = HEIGHT * SUPERSAMPLING, WIDTH * SUPERSAMPLING
HORIZON = int(H * 0.45)
VANISHING_POINT = (W * 0.52, HORIZON)
random = np.random.default_rng(11)


def gradient(top, bottom, rows):
    t = np.linspace(0, 1, rows)[:, None]
    return ((1 - t) * np.array(top) + t * np.array(bottom))[:, None, :]


def sky_and_road():
    pixels = np.empty((H, W, 3), np.uint8)
    pixels[:HORIZON] = gradient((96, 142, 196), (214, 222, 228), HORIZON)
    pixels[HORIZON:] = gradient((120, 118, 116), (72, 72, 76), H - HORIZON)
    return Image.fromarray(pixels)


def ground(draw):
    for side, edge in ((0, 0.62), (W, 0.60)):
        draw.polygon([VANISHING_POINT, (side, H * edge), (side, HORIZON)], fill=(98, 120, 72))
    draw.polygon([VANISHING_POINT, (-W * 0.25, H), (W * 0.02, H)], fill=(168, 160, 156))
    draw.polygon([VANISHING_POINT, (W * 1.02, H), (W * 1.3, H)], fill=(172, 164, 160))


def lane_marks(draw):
    x, y = VANISHING_POINT
    near = 0.12
    while near * 1.16 < 1:
        (x0, y0, w0), (x1, y1, w1) = [(x + (W * 0.5 - x) * d, y + (H - y) * d, W * 0.008 * d) for d in (near, near * 1.16)]
        draw.polygon([(x0 - w0, y0), (x0 + w0, y0), (x1 + w1, y1), (x1 - w1, y1)], fill=(226, 226, 220))
        near *= 1.32


def building(draw, left, right, colour):
    def top(x):
        return HORIZON - H * 0.42 * (abs(VANISHING_POINT[0] - x) / VANISHING_POINT[0] + 0.15)

    def foot(x):
        return HORIZON + (VANISHING_POINT[0] - x) / VANISHING_POINT[0] * H * 0.10

    draw.polygon([(left, foot(left)), (right, foot(right)), (right, top(right)), (left, top(left))], fill=colour)
    half = (right - left) * 0.05
    for across in np.linspace(0.12, 0.85, 6):
        for down in np.linspace(0.12, 0.8, 5):
            x = left + (right - left) * across
            y = top(x) + (foot(x) - top(x)) * down
            shade = tuple(int(c * 0.55 + random.uniform(0, 30)) for c in colour)
            draw.rectangle([x - half, y - half * 1.3, x + half, y + half * 1.3], fill=shade)


def tree(draw, x, scale):
    unit = SUPERSAMPLING * scale
    draw.rectangle([x - 6 * unit, HORIZON - 40 * unit, x + 6 * unit, HORIZON + 36 * unit], fill=(84, 66, 50))
    for _ in range(90):
        cx, cy = x + random.normal(0, 26 * unit), HORIZON + random.normal(-70 * unit, 22 * unit)
        radius, light = random.uniform(8, 18) * unit, random.uniform(0.7, 1.15)
        draw.ellipse([cx - radius, cy - radius, cx + radius, cy + radius], fill=tuple(int(c * light) for c in (66, 104, 52)))


def traffic_light(draw):
    draw.rectangle([W * 0.335, HORIZON - H * 0.30, W * 0.341, HORIZON + H * 0.20], fill=(60, 60, 62))
    draw.rectangle([W * 0.325, HORIZON - H * 0.32, W * 0.351, HORIZON - H * 0.20], fill=(40, 40, 42))
    for i, colour in enumerate(((196, 52, 44), (90, 80, 30), (40, 86, 50))):
        top = HORIZON - H * 0.31 + i * H * 0.035
        draw.ellipse([W * 0.331, top, W * 0.345, top + W * 0.014], fill=colour)


def car(draw, x, base, width, colour):
    height = width * 0.42
    draw.ellipse([x - width * 0.55, base - height * 0.10, x + width * 0.55, base + height * 0.16], fill=(48, 48, 50))
    draw.rounded_rectangle([x - width / 2, base - height, x + width / 2, base], radius=width * 0.08, fill=colour)
    for lower, upper, top, fill in ((0.40, 0.30, 1.7, tuple(int(c * 0.8) for c in colour)), (0.34, 0.26, 1.6, (70, 84, 96))):
        draw.polygon([(x - width * lower, base - height), (x - width * upper, base - height * top),
                      (x + width * upper, base - height * top), (x + width * lower, base - height)], fill=fill)
    for side in (-1, 1):
        wheel, lamp = x + side * width * 0.34, x + side * width * 0.40
        draw.ellipse([wheel - width * 0.09, base - height * 0.22, wheel + width * 0.09, base + height * 0.14], fill=(26, 26, 28))
        draw.rectangle([lamp - width * 0.05, base - height * 0.75, lamp + width * 0.05, base - height * 0.6], fill=(200, 60, 50))


def person(draw, x, base, height, colour):
    for side in (-0.06, 0.06):
        draw.rectangle([x + height * (side - 0.04), base - height * 0.45, x + height * (side + 0.04), base], fill=(44, 48, 70))
    draw.rounded_rectangle([x - height * 0.14, base - height * 0.86, x + height * 0.14, base - height * 0.42], radius=height * 0.05, fill=colour)
    draw.ellipse([x - height * 0.08, base - height * 1.03, x + height * 0.08, base - height * 0.85], fill=(206, 166, 140))


def street():
    image = sky_and_road()
    draw = ImageDraw.Draw(image)
    ground(draw)
    lane_marks(draw)
    edges = [W * x for x in (-0.02, 0.132, 0.264, 0.376, 0.457)]
    for left, right, colour in zip(edges, edges[1:], [(148, 104, 84), (186, 172, 150), (126, 130, 138), (170, 140, 112)]):
        building(draw, left, right, colour)
    for x, scale in ((0.80, 1.0), (0.90, 1.5), (0.70, 0.6), (0.985, 2.2)):
        tree(draw, W * x, scale)
    traffic_light(draw)
    for x, base, width, colour in ((0.505, 0.525, 0.035, (60, 80, 120)), (0.575, 0.60, 0.075, (188, 190, 196)), (0.66, 0.80, 0.17, (150, 36, 38))):
        car(draw, W * x, H * base, W * width, colour)
    for x, base, height, colour in ((0.24, 0.86, 0.34, (60, 110, 150)), (0.885, 0.74, 0.20, (190, 150, 60)), (0.31, 0.70, 0.20, (150, 60, 90))):
        person(draw, W * x, H * base, H * height, colour)
    pixels = np.asarray(image.filter(ImageFilter.GaussianBlur(1.4)).resize((WIDTH, HEIGHT), Image.LANCZOS)).astype(float)
    return Image.fromarray((pixels + random.normal(0, 3, pixels.shape)).clip(0, 255).astype(np.uint8))


street().save(sys.argv[1], quality=88)
