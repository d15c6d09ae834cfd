#!/usr/bin/env python3
"""Writes the glyphs that legends are drawn with: for each size a PNG of coverage and a table of advances.

Needs: pip install pillow matplotlib (for DejaVu Sans, which it carries; its licence lies beside what is made here, LICENSE-DejaVu.txt).
Glyphs 32..126 stand side by side, each as wide as its advance plus the margin on both sides, for strokes that lean over.
First line of the table: size, height, margin. Then a line a glyph: code point, left edge in the picture, advance.
"""
from pathlib import Path

import matplotlib
from PIL import Image, ImageDraw, ImageFont

FONT = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
TARGET = Path(__file__).parents[2] / "vision/src/main/resources/dev/maskforge/vision/glyphs"
SIZES = [13, 20, 32]
MARGIN = 2


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    for size in SIZES:
        font = ImageFont.truetype(str(FONT), size)
        ascent, descent = font.getmetrics()
        codes = range(32, 127)
        advances = [round(font.getlength(chr(code))) for code in codes]
        atlas = Image.new("L", (sum(advances) + 2 * MARGIN * len(advances), ascent + descent), 0)
        draw = ImageDraw.Draw(atlas)
        lines = [f"{size}\t{ascent + descent}\t{MARGIN}"]
        left = 0
        for code, advance in zip(codes, advances):
            draw.text((left + MARGIN, 0), chr(code), font=font, fill=255)
            lines.append(f"{code}\t{left}\t{advance}")
            left += advance + 2 * MARGIN
        atlas.save(TARGET / f"dejavu-sans-{size}.png", optimize=True)
        (TARGET / f"dejavu-sans-{size}.tsv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
