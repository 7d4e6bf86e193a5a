"""Make a picture of a handwritten digit look like an image of MNIST.

The makers of MNIST prepared every digit in the same way: light ink on 0, the longer side
20 pixels, the centre of mass in the middle of 28 x 28 pixels
(http://yann.lecun.com/exdb/mnist/). Each step is a function here, and `prepare_digit` calls
them one after the other.

Examples
--------
>>> from helpers.own_digits import load_pictures, prepare_digit
>>> pictures, labels = load_pictures("photographed")
>>> image = prepare_digit(pictures[7])
>>> image.shape, image.dtype
((28, 28), dtype('float32'))
"""

import io
import os
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from helpers.datasets import DATA_FOLDER

FOLDER = DATA_FOLDER / "own_digits"
KINDS = ("drawn", "scanned", "photographed")

MAX_PIXELS = 89_000_000  # where Pillow begins to warn
SIDE = 400  # larger pictures are reduced to this: a digit of 20 pixels needs no more
EVEN = 0.03  # paper is even if most of its border differs by less
TILES = 40  # the light on uneven paper is measured at this many points along the longer side
WIDEST_STROKE = 9  # in tiles
FAINTEST = 0.28  # how much darker than uneven paper ink has to be
STRONG = 0.6  # ink above this is not a printed line
NO_DIGIT = (
    "There is no digit in the picture: it is empty, or the ink is too faint. Write with a dark, "
    "thick pen, and cut the picture so that the digit fills about half of it."
)
TOO_LARGE = (
    f"the picture has more than {MAX_PIXELS // 1_000_000} million pixels. Make it smaller first; "
    "1,000 x 1,000 pixels are more than enough."
)
FULL_OF_INK = (
    "The picture, or a large part of it, is full of ink. Leave empty paper around the digit, and "
    "write with a thinner pen."
)


def load_pictures(kind):
    """Read the pictures of digits that come with the course.

    Parameters
    ----------
    kind : {"drawn", "scanned", "photographed"}
        Drawn on a pad (light on dark), or on paper and then scanned or photographed.

    Returns
    -------
    pictures : list of PIL.Image.Image
        20 pictures: each digit in two forms, first 0 to 9, then 0 to 9 again.
    labels : numpy.ndarray, shape (20,), uint8
        Which digit each picture shows.
    """
    if kind not in KINDS:
        raise ValueError(f"kind is {kind!r}, expected one of {', '.join(map(repr, KINDS))}.")
    files = [file for file in FOLDER.iterdir() if file.name.startswith(kind)]
    files.sort(key=lambda file: file.stem[:-3:-1])
    # Not Image.open(file): Python can import the course from a ZIP file.
    pictures = [Image.open(io.BytesIO(file.read_bytes())) for file in files]
    return pictures, np.array([int(file.stem[-2]) for file in files], dtype="uint8")


def prepare_digit(picture):
    """Make a picture of one digit look like an image of MNIST.

    Parameters
    ----------
    picture : str, os.PathLike, PIL.Image.Image or array_like
        The name of a file, or a picture of any size: grey ``(height, width)``, colours
        ``(height, width, 3)``, or with transparency ``(height, width, 4)``. Values up to 1
        are taken as 0 to 1, values up to 255 as 0 to 255, larger ones as 16 bits. Ink may be
        darker or lighter than the paper.

    Returns
    -------
    numpy.ndarray, shape (28, 28), float32
        Light on dark, 0 to 1. The longer side of the digit is 20 pixels, and its centre of
        mass is in the middle.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    ValueError
        The file or the array is not one picture, or the picture does not show one digit.
    """
    grey = to_grey(picture)
    light = ink_to_light(grey)
    ink = remove_paper(light)
    digit = crop(ink)
    small = fit(digit)
    image = centre(small)
    return to_1(image)


def to_grey(picture):
    """Return the grey values of a picture, 0 to 1, upright, at most 400 pixels high and wide.

    Takes what `prepare_digit` takes, and raises the same errors.
    """
    name = "picture"
    if isinstance(picture, (str, os.PathLike)):
        name = repr(os.fspath(picture))
        picture = _open(picture, name)
    if not isinstance(picture, Image.Image):
        picture = _array_to_picture(picture)
    _check_size(picture.width * picture.height)
    try:
        picture = ImageOps.exif_transpose(picture)
    except Exception as error:  # Pillow reads the pixels now; a damaged file fails in many ways.
        raise ValueError(f"{name} cannot be read as a picture: {error}.") from error
    if picture.mode.startswith(("I", "F")):
        picture = _array_to_picture(np.asarray(picture))
    picture = picture.convert("RGBA" if picture.has_transparency_data else "L")
    picture.thumbnail((SIDE, SIDE))
    if picture.mode == "RGBA":
        picture = _flatten(picture)
    return np.asarray(picture, dtype="float32") / 255


def ink_to_light(grey):
    """Return the picture with light ink: subtract it from 1 if its ink is dark.

    Ink is what differs most from the paper around it. Paper that is light, but not evenly lit, is
    in a photograph: its ink is dark.
    """
    paper = _even_out(grey, ImageFilter.MedianFilter(13))
    light_photo = np.ptp(paper) > 0 and np.median(paper) > 0.5
    difference = grey - paper
    return 1 - grey if light_photo or difference.max() < -difference.min() else grey


def remove_paper(light):
    """Return how much ink there is on each pixel: 0 is paper, and 1 is full ink.

    Around each point, the paper is where the picture is darkest. What differs from the paper by
    less than the noise of the picture is paper, too.

    Raises
    ------
    ValueError
        There is no ink, or too much.
    """
    size = WIDEST_STROKE
    paper = _even_out(light, ImageFilter.MinFilter(size), ImageFilter.MaxFilter(size))
    ink = (light - paper) / np.maximum(1 - paper, 0.2)  # in a shadow, they differ by less
    if np.median(ink) > 0.3:
        raise ValueError(FULL_OF_INK)
    noise = 6 * np.median(np.abs(ink))
    if not (ink > noise).any():
        raise ValueError(NO_DIGIT)
    full = np.percentile(ink[ink > noise], 98)
    if noise and full < FAINTEST:
        raise ValueError(NO_DIGIT)
    return ((ink - noise) / (full - noise)).clip(0, 1)


def crop(ink):
    """Cut out the digit: the largest piece of ink, and smaller pieces close to it.

    Lines of the paper, the border of a scan and parts of other writing are left out.

    Raises
    ------
    ValueError
        There is no digit, or more than one.
    """
    pieces = _pieces(ink)
    if not pieces:
        raise ValueError(NO_DIGIT)
    digit, *others = pieces
    if digit[[0, 0, -1, -1], [0, -1, 0, -1]].sum() > 1:  # it reaches two corners
        raise ValueError(FULL_OF_INK)
    length, count = _length(digit), 1
    if length < max(4, max(ink.shape) / 25):
        raise ValueError(
            f"There is no digit in the picture: the largest mark is only {length} pixels long, "
            f"and the picture has {ink.shape[0]} x {ink.shape[1]} pixels. Cut the picture so "
            "that the digit fills about half of it."
        )
    whole = digit.copy()
    for piece in others:
        gap, height = _gap(piece, digit) / length, _height(piece) / _height(digit)
        if _sides(piece):
            whole |= piece & (gap < 0)
        elif gap > 0.05 and height > (0.7 if gap < 0.25 else 0.4):
            count += 1  # the top of a 5 and the left part of a 4 are not as high
        elif gap < 0.25:
            whole |= piece
    if count > 1:
        raise ValueError(
            f"The picture shows {count} digits, or other marks of that size, beside each other. "
            "Cut out one digit, for example with picture[:, :100]. If these are printed lines, "
            "use plain paper or a darker pen."
        )
    digit = np.where(whole, ink, 0)[_box(whole)]
    if (digit > 0.5).mean() > 0.9 and min(digit.shape) > 0.5 * max(digit.shape):
        raise ValueError(FULL_OF_INK)
    return digit


def fit(digit):
    """Resize a digit smoothly: the longer side becomes 20 pixels."""
    height, width = (max(1, round(20 * side / max(digit.shape))) for side in digit.shape)
    small = Image.fromarray(digit).resize((width, height), Image.Resampling.LANCZOS)
    return np.asarray(small).clip(0, 1)


def centre(small):
    """Put a digit into 28 x 28 pixels with its centre of mass at row 14 and column 14."""
    rows, columns = small.sum(axis=1), small.sum(axis=0)
    row = np.average(np.arange(len(rows)), weights=rows)
    column = np.average(np.arange(len(columns)), weights=columns)
    height, width = small.shape
    top = min(max(round(14 - row), 0), 28 - height)
    left = min(max(round(14 - column), 0), 28 - width)
    return np.pad(small, ((top, 28 - height - top), (left, 28 - width - left)))


def to_1(image):
    """Scale the values so that a quarter of the ink is 1: thin pens give faint images."""
    full = np.percentile(image[image > 0.1 * image.max()], 75)
    return (image / full).clip(0, 1)


def _open(path, name):
    try:
        content = Path(path).read_bytes()
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return Image.open(io.BytesIO(content))
    except FileNotFoundError:
        raise FileNotFoundError(
            f"There is no file {name}. The current folder is {os.getcwd()!r}. Check the spelling, "
            "and copy the file into this folder, or write its whole path."
        ) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ValueError(f"{name}: {TOO_LARGE}") from None
    except UnidentifiedImageError:
        raise ValueError(
            f"{name} is not a picture that Pillow can read. Save it as PNG or JPEG; phones may use "
            "HEIC."
        ) from None
    except Exception as error:
        raise ValueError(f"{name} cannot be read as a picture: {error}.") from error


def _check_size(pixels):
    if pixels > MAX_PIXELS:
        raise ValueError(TOO_LARGE)


def _array_to_picture(picture):
    try:
        array = np.asarray(picture)
    except Exception as error:
        raise ValueError(f"picture cannot be made into an array: {error}") from error
    if array.dtype.kind not in "buif":
        raise ValueError(
            f"picture is a {type(picture).__name__}, expected the name of a file, a PIL image or "
            "an array of numbers."
        )
    _check_shape(array.shape)
    _check_size(array.shape[0] * array.shape[1])
    broken = array.size - np.isfinite(array).sum()
    if broken:
        raise ValueError(f"picture contains {broken:,} values that are NaN or infinite.")
    lowest, highest = array.min(), array.max()
    full = next((full for full in (1, 255, 65_535) if highest <= full), None)
    if lowest < 0 or full is None:
        raise ValueError(
            f"picture has values from {lowest} to {highest}, expected 0 to 1 or 0 to 255."
        )
    array = array.reshape(array.shape[:2]) if array.shape[2:] == (1,) else array
    if array.dtype != np.uint8 or full == 1:
        array = (array * (255 / full)).round().astype("uint8")
    return Image.fromarray(array)


def _check_shape(shape):
    hint = ""
    if len(shape) in (2, 3) and min(shape[:2]) >= 4 and shape[2:] in ((), (1,), (3,), (4,)):
        return
    if shape == (784,) or shape == (1, 784):
        hint = " This looks like a flattened image: pass picture.reshape(28, 28)."
    elif len(shape) == 4 or (len(shape) == 3 and shape[2] > 4):
        hint = " This looks like a batch of images: pass one of them, for example images[0]."
    elif len(shape) in (2, 3):
        hint = " A picture needs at least 4 rows and 4 columns."
    raise ValueError(
        f"picture has shape {shape}, expected (height, width), (height, width, 3) or "
        f"(height, width, 4).{hint}"
    )


def _flatten(picture):
    """Replace transparency with paper."""
    rgba = np.asarray(picture, dtype="float32") / 255
    grey, alpha = np.asarray(picture.convert("L"), dtype="float32") / 255, rgba[..., 3]
    mean = np.average(grey, weights=alpha) if alpha.any() else 0
    # What is transparent is paper. Where most of the picture is, the rest is ink.
    paper = mean if alpha.mean() > 0.5 else round(1 - mean)
    return 255 * (grey * alpha + paper * (1 - alpha))


def _border(array):
    width = max(1, min(array.shape) // 10)
    inside = np.zeros(array.shape, dtype=bool)
    inside[width:-width, width:-width] = True
    return array[~inside]


def _even_out(array, *filters):
    """Return the paper: a small copy without strokes, enlarged again; one value if it is even."""
    low, middle, high = np.percentile(_border(array), (10, 50, 90))
    if high - low < EVEN:
        return np.full_like(array, middle)
    size = array.shape[::-1]
    small = Image.fromarray(np.uint8(255 * array))
    scale = TILES / max(size)
    small = small.resize([max(1, round(scale * n)) for n in size], Image.Resampling.BOX)
    for step in (*filters, ImageFilter.GaussianBlur(1)):
        small = small.filter(step)
    paper = np.asarray(small.resize(size, Image.Resampling.BICUBIC), dtype="float32") / 255
    return paper + np.median(array - paper)


def _filtered(mask, image_filter):
    return np.asarray(Image.fromarray(np.uint8(mask)).filter(image_filter)) > 0


def _connected(mask, ink):
    """Return the masks of at most 20 connected pieces, the most important ones first.

    A piece that touches one side of the picture is probably a part of something else. One that
    touches more sides is a line of the paper or the border of a scan.
    """
    # The empty frame keeps the runs of one row apart from those of the next.
    wide = np.pad(_filtered(mask, ImageFilter.MaxFilter(3)), 1)
    label = np.where(wide, np.arange(1, wide.size + 1).reshape(wide.shape), 0)
    before = None
    while not np.array_equal(label, before):
        before = label
        for _ in range(2):  # each run of a row, then of a column, takes its largest label
            flat = label.ravel()
            starts = np.flatnonzero(np.diff(flat > 0, prepend=flat[0] == 0))
            lengths = np.diff(starts, append=flat.size)
            label = np.repeat(np.maximum.reduceat(flat, starts), lengths).reshape(label.shape).T
    label = label[1:-1, 1:-1] * mask
    amount = np.bincount(label.ravel(), ink.ravel())
    amount[0] = 0
    sides = np.zeros(len(amount), dtype=int)
    for side in (label[0], label[-1], label[:, 0], label[:, -1]):
        sides[np.unique(side)] += 1
    weight = amount * np.array([1, 0.3, 0, 0, 0])[sides]
    if not weight.any():
        weight = amount
    return [label == k for k in np.argsort(-weight)[:20] if weight[k] > 0.03 * weight.max()]


def _pieces(ink):
    """Return the pieces of strong ink, each with the faint ink that belongs to it.

    Faint ink that makes a piece much longer, or runs from side to side, is a line of the paper.
    """
    pieces = _connected(ink > STRONG, ink)
    wholes = [whole for whole in _connected(ink > 0, ink) if _sides(whole) < 2]
    result = []
    while pieces:
        piece = pieces.pop(0)
        whole = next((whole for whole in wholes if (whole & piece).any()), piece)
        parts = [piece, *(other for other in pieces if (whole & other).any())]
        if _length(whole) < 1.25 * _length(np.any(parts, axis=0)):
            pieces = [other for other in pieces if not (whole & other).any()]
        else:
            whole = _filtered(piece, ImageFilter.MaxFilter(5)) & (ink > 0)
        result.append(whole)
    return result


def _box(mask):
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _sides(piece):
    """Return how many sides of the picture a piece touches."""
    return sum(side.any() for side in (piece[0], piece[-1], piece[:, 0], piece[:, -1]))


def _length(piece):
    return max(side.stop - side.start for side in _box(piece))


def _height(piece):
    return np.ptp(np.flatnonzero(piece.any(axis=1))) + 1


def _gap(one, other):
    """Return how far apart two boxes are along the axis where they are farther apart."""
    return max(
        max(a.start - b.stop, b.start - a.stop) for a, b in zip(_box(one), _box(other), strict=True)
    )
