"""Contact sheets: many pictures on a few large ones, to be looked at by a person."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

WIDE, LABEL, GAP = 2000, 18, 8
LOOKS = {360: (8, 900, 2), 1280: (3, 900, 3)}  # width of the picture: columns, greatest height of a tile, rows


def sheets(pictures: list[tuple[str, Path]], width: int, name: str, folder: Path) -> list[Path]:
    """Write the sheets and return their paths; each tile carries its label."""
    columns, tallest, rows = LOOKS[width]
    tile = (WIDE - GAP * (columns + 1)) // columns
    made = []
    for start in range(0, len(pictures), columns * rows):
        group = pictures[start : start + columns * rows]
        strips = [[(label, _small(path, tile, tallest)) for label, path in group[i : i + columns]] for i in range(0, len(group), columns)]
        height = sum(max(p.height for _, p in strip) + LABEL + GAP for strip in strips) + GAP
        sheet = Image.new("RGB", (WIDE, height), "#888888")
        draw, top = ImageDraw.Draw(sheet), GAP
        for strip in strips:
            for column, (label, picture) in enumerate(strip):
                left = GAP + column * (tile + GAP)
                draw.text((left, top + 2), label[: tile // 7], fill="#ffffff")
                sheet.paste(picture, (left, top + LABEL))
            top += max(p.height for _, p in strip) + LABEL + GAP
        path = folder / f"{name}-{start // (columns * rows) + 1:02d}.png"
        sheet.save(path, optimize=True)
        made.append(path)
    return made


def _small(path: Path, tile: int, tallest: int) -> Image.Image:
    with Image.open(path) as picture:
        scaled = picture.convert("RGB").resize((tile, max(1, round(picture.height * tile / picture.width))), Image.Resampling.LANCZOS)
    return scaled.crop((0, 0, tile, min(scaled.height, tallest)))
