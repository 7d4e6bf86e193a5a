"""Draw the pictures in ``helpers/data/own_digits`` again.

``python3 -m helpers.maintain.draw_own_digits`` draws 20 pictures of each kind: each digit in
two forms. The strokes are the points below, moved a little at random: no font, no person's
handwriting and no image of MNIST is used. The same seed draws the same pictures again.
"""

from itertools import pairwise

import numpy as np
from PIL import Image, ImageFilter

from helpers.own_digits import FOLDER

SEED = 5

# Two forms of each digit. A form is a list of strokes, a stroke is a list of points (x, y),
# and y grows downwards from 0 to 1. The pen goes through the points in a smooth curve.
FORMS = {
    "0a": [
        [
            (0.36, 0.02),
            (0.1, 0.22),
            (0.06, 0.65),
            (0.3, 0.98),
            (0.56, 0.72),
            (0.57, 0.28),
            (0.33, 0.02),
        ]
    ],
    "0b": [
        [
            (0.42, 0.05),
            (0.12, 0.12),
            (0.02, 0.5),
            (0.2, 0.95),
            (0.55, 0.9),
            (0.66, 0.45),
            (0.5, 0.08),
            (0.3, 0.04),
        ]
    ],
    "1a": [[(0.32, 0), (0.28, 0.5), (0.26, 1)]],
    "1b": [[(0.08, 0.27), (0.22, 0.15), (0.36, 0)], [(0.36, 0), (0.35, 0.5), (0.33, 1)]],
    "2a": [
        [(0.08, 0.24), (0.24, 0.02), (0.5, 0.1), (0.48, 0.4), (0.26, 0.72), (0.02, 0.97)],
        [(0.02, 0.97), (0.3, 0.94), (0.64, 0.97)],
    ],
    "2b": [
        [
            (0.05, 0.2),
            (0.3, 0),
            (0.52, 0.18),
            (0.42, 0.52),
            (0.14, 0.9),
            (0.06, 0.84),
            (0.22, 0.8),
            (0.44, 0.96),
            (0.66, 0.9),
        ]
    ],
    "3a": [
        [(0.06, 0.13), (0.3, 0), (0.5, 0.16), (0.42, 0.38), (0.2, 0.46)],
        [(0.2, 0.46), (0.5, 0.54), (0.56, 0.8), (0.3, 1), (0.02, 0.88)],
    ],
    "3b": [
        [(0.05, 0.03), (0.3, 0.02), (0.53, 0.03)],
        [(0.53, 0.03), (0.38, 0.2), (0.24, 0.4)],
        [(0.24, 0.4), (0.5, 0.5), (0.54, 0.82), (0.26, 1), (0, 0.87)],
    ],
    "4a": [
        [(0.12, 0), (0.07, 0.3), (0.02, 0.58)],
        [(0.02, 0.58), (0.3, 0.6), (0.64, 0.56)],
        [(0.46, 0.06), (0.44, 0.5), (0.42, 1)],
    ],
    "4b": [
        [(0.45, 0), (0.25, 0.33), (0.02, 0.66)],
        [(0.02, 0.66), (0.3, 0.66), (0.64, 0.64)],
        [(0.45, 0), (0.44, 0.5), (0.44, 1)],
    ],
    "5a": [
        [(0.14, 0.03), (0.11, 0.22), (0.09, 0.43)],
        [(0.09, 0.43), (0.34, 0.36), (0.56, 0.6), (0.44, 0.92), (0.2, 1), (0.01, 0.9)],
        [(0.14, 0.03), (0.33, 0.03), (0.56, 0.01)],
    ],
    "5b": [
        [(0.12, 0.1), (0.1, 0.27), (0.08, 0.44)],
        [(0.08, 0.44), (0.36, 0.4), (0.54, 0.64), (0.42, 0.94), (0.16, 1), (0, 0.92)],
        [(0.17, -0.02), (0.38, -0.03), (0.6, -0.05)],
    ],
    "6a": [
        [
            (0.46, 0),
            (0.18, 0.3),
            (0.05, 0.72),
            (0.26, 1),
            (0.52, 0.82),
            (0.42, 0.56),
            (0.2, 0.56),
            (0.07, 0.74),
        ]
    ],
    "6b": [
        [(0.34, 0), (0.12, 0.35), (0.06, 0.75), (0.32, 1), (0.56, 0.78), (0.36, 0.54), (0.1, 0.7)]
    ],
    "7a": [[(0.03, 0.05), (0.3, 0.05), (0.58, 0.03)], [(0.58, 0.03), (0.38, 0.45), (0.22, 1)]],
    "7b": [
        [(0.03, 0.06), (0.3, 0.03), (0.58, 0.03)],
        [(0.58, 0.03), (0.36, 0.5), (0.24, 1)],
        [(0.14, 0.5), (0.34, 0.49), (0.54, 0.46)],
    ],
    "8a": [
        [
            (0.5, 0.14),
            (0.28, 0),
            (0.08, 0.18),
            (0.28, 0.45),
            (0.54, 0.74),
            (0.3, 1),
            (0.05, 0.78),
            (0.27, 0.48),
            (0.5, 0.22),
            (0.46, 0.08),
        ]
    ],
    "8b": [
        [(0.3, 0.45), (0.1, 0.24), (0.3, 0), (0.5, 0.22), (0.3, 0.45)],
        [(0.3, 0.45), (0.04, 0.74), (0.3, 1), (0.57, 0.74), (0.3, 0.45)],
    ],
    "9a": [
        [(0.5, 0.16), (0.26, 0.02), (0.06, 0.24), (0.24, 0.46), (0.49, 0.2)],
        [(0.49, 0.2), (0.47, 0.6), (0.42, 1)],
    ],
    "9b": [
        [(0.52, 0.2), (0.32, 0), (0.08, 0.2), (0.24, 0.46), (0.5, 0.3), (0.53, 0.2)],
        [(0.53, 0.2), (0.52, 0.7), (0.34, 0.98), (0.08, 0.92)],
    ],
}

BLACK, BLUE, PENCIL = (0.1, 0.1, 0.11), (0.13, 0.2, 0.55), (0.42, 0.42, 0.43)
LINE = (0.62, 0.72, 0.86)


def smooth(points):
    """Return 12 points between each two of the given ones, on a Catmull-Rom spline."""
    p = np.concatenate([points[:1], points, points[-1:]])
    t = np.linspace(0, 1, 12, endpoint=False)[:, np.newaxis]
    curve = [
        b
        + (c - a) * t / 2
        + (a - 2.5 * b + 2 * c - d / 2) * t**2
        + (1.5 * (b - c) + (d - a) / 2) * t**3
        for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False)
    ]
    return np.concatenate([*curve, points[-1:]])


def write(rng, form):
    """Return the strokes of a digit as one hand writes them, around (0, 0), at most 1 high."""
    angle, slant, width = rng.normal(0, 0.06), rng.normal(0.06, 0.08), rng.uniform(0.95, 1.25)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    strokes = [
        smooth(np.array(points) + rng.normal(0, 0.012, (len(points), 2))) for points in FORMS[form]
    ]
    strokes = [(stroke - (0.3, 0.5)) @ [[width, 0], [-slant, 1]] @ turn for stroke in strokes]
    return [stroke + rng.normal(0, 0.003, stroke.shape) for stroke in strokes]  # the hand shakes


def cover(shape, strokes, width):
    """Return how much of each pixel the pen covers, 0 to 1; the strokes are in pixels."""
    nearest = np.full(shape, np.inf)
    for stroke in strokes:
        for start, end in pairwise(stroke):
            left, top = np.maximum(np.minimum(start, end) - width, 0).astype(int)
            right, bottom = np.maximum(np.maximum(start, end) + width + 1, 0).astype(int)
            part = nearest[top:bottom, left:right]  # farther away, the pen covers nothing
            y, x = np.mgrid[top : top + part.shape[0], left : left + part.shape[1]]
            (dx, dy), length = end - start, max(np.sum((end - start) ** 2), 1e-9)
            along = (((x - start[0]) * dx + (y - start[1]) * dy) / length).clip(0, 1)
            distance = np.hypot(x - start[0] - along * dx, y - start[1] - along * dy)
            np.minimum(part, distance, out=part)
    return (width / 2 - nearest + 0.5).clip(0, 1)


def place(rng, form, shape, height):
    """Return the strokes in pixels, somewhere on the paper."""
    room = (np.array(shape[::-1]) - 1.15 * height) / 2
    middle = np.array(shape[::-1]) / 2 + rng.uniform(-1, 1, 2) * room
    return [stroke * height + middle for stroke in write(rng, form)]


def lines(rng, shape, step, squared):
    """Return the cover of the printed lines, which are turned by a few degrees."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    angle = rng.uniform(-0.06, 0.06)
    sides = [np.sin(angle) * x + np.cos(angle) * y, np.cos(angle) * x - np.sin(angle) * y]
    nearest = [np.abs((side + rng.uniform(0, step)) % step - step / 2) for side in sides]
    nearest = np.minimum(*nearest) if squared else nearest[0]
    return (1.1 - nearest).clip(0, 1)


def light(rng, shape):
    """Return the light on the paper: weaker to one side, in the corners and under a shadow."""
    y, x = (side / n - 0.5 for side, n in zip(np.mgrid[: shape[0], : shape[1]], shape, strict=True))
    angle, edge = rng.uniform(0, 2 * np.pi, 2)
    slope = 1 - rng.uniform(0.15, 0.4) * (0.5 + np.cos(angle) * x + np.sin(angle) * y)
    corners = 1 - rng.uniform(0.1, 0.4) * (x**2 + y**2)
    shadow = np.cos(edge) * x + np.sin(edge) * y + rng.uniform(-0.1, 0.3)
    return slope * corners * (1 - rng.uniform(0, 0.35) / (1 + np.exp(shadow / 0.03)))


def drawn(rng, form):
    """Draw as on a drawing pad: white on black, with a thick pen."""
    strokes = place(rng, form, (280, 280), rng.uniform(60, 190))
    return Image.fromarray(np.uint8(255 * cover((280, 280), strokes, 22)))


def scanned(rng, form):
    """Draw as scanned: grey, dark ink on light paper, the edge of the sheet on one side."""
    shape, height = (300, 240), rng.uniform(70, 150)
    ink = cover(shape, place(rng, form, shape, height), height * rng.uniform(0.05, 0.1))
    grey = 0.95 - rng.uniform(0.55, 0.85) * ink
    y, x = np.mgrid[: shape[0], : shape[1]]
    grey[x + 0.02 * y < rng.uniform(0, 10)] = 0.2
    grey += rng.normal(0, 0.006, shape)
    return Image.fromarray(np.uint8(255 * grey.clip(0, 1)))


def photographed(rng, form):
    """Draw as photographed: colours, lines on some of the paper, uneven light, noise."""
    shape, height = (240, 320), rng.uniform(70, 150)
    ink = cover(shape, place(rng, form, shape, height), height * rng.uniform(0.06, 0.1))
    colour = (BLUE, BLUE, BLACK, PENCIL)[rng.integers(4)]
    printed = rng.integers(4)  # no lines, no lines, lines or squares
    picture = np.ones((*shape, 3)) * (0.93, 0.91, 0.86)
    if printed >= 2:
        cover_of_lines = lines(rng, shape, height * rng.uniform(0.35, 0.7), printed == 3)
        picture *= 1 - cover_of_lines[..., np.newaxis] * (1 - np.array(LINE))
    picture *= 1 - ink[..., np.newaxis] * (1 - np.array(colour))
    picture *= light(rng, shape)[..., np.newaxis]
    picture += rng.normal(0, 0.012, (*shape, 1))
    picture = Image.fromarray(np.uint8(255 * picture.clip(0, 1)))
    return picture.filter(ImageFilter.GaussianBlur(0.7))


KINDS = {
    "drawn": (drawn, "png"),
    "scanned": (scanned, "jpg"),
    "photographed": (photographed, "jpg"),
}


def pictures():
    """Yield the name of each file and its picture."""
    for number, (kind, (draw, suffix)) in enumerate(KINDS.items()):
        for form in FORMS:
            # One seed for each picture: a change to one leaves the others as they are.
            rng = np.random.default_rng([SEED, number, int(form[0]), ord(form[1])])
            yield f"{kind}_{form}.{suffix}", draw(rng, form)


def main():
    """Write all pictures into the folder."""
    for name, picture in pictures():
        picture.save(FOLDER / name, quality=55, optimize=True)


if __name__ == "__main__":
    main()
