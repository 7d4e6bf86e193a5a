"""`prepare_digit` on every kind of picture, good and bad, and the pictures of the course."""

import io
import struct
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
from PIL import Image

import helpers
from helpers.datasets import mnist
from helpers.maintain import draw_own_digits
from helpers.own_digits import FOLDER, KINDS, load_pictures, prepare_digit


@pytest.fixture(scope="module")
def digits():
    return mnist.load_data()[1][0]


@pytest.fixture(scope="module")
def seven():
    """A 7 as an array, light on dark, higher than wide."""
    return np.asarray(load_pictures("drawn")[0][7])[:, 20:]


def with_alpha(grey, alpha):
    return np.stack([grey, grey, grey, alpha], axis=2)


def turned_by_exif(seven):
    """Save the 7 lying on its side, with the note that cameras write."""
    exif = Image.Exif()
    exif[274] = 6
    file = io.BytesIO()
    Image.fromarray(seven).transpose(Image.Transpose.ROTATE_90).save(file, "jpeg", exif=exif)
    return Image.open(file)


def on_uneven_paper(seven):
    light = np.linspace(0.4, 0.9, seven.shape[1]) * np.linspace(0.7, 1, len(seven))[:, np.newaxis]
    blue = np.array([0.15, 0.2, 0.6])
    return light[..., np.newaxis] * (1 - seven[..., np.newaxis] / 255 * (1 - blue))


def on_ruled_paper(seven):
    paper = np.full(seven.shape, 0.9) + np.random.default_rng(0).normal(0, 0.01, seven.shape)
    paper[::35] *= 0.75
    paper[1::35] *= 0.75
    paper[:, ::35] *= 0.75
    return (paper * (1 - seven / 255 * 0.8)).clip(0, 1)


SAME = {
    "PIL": Image.fromarray,
    "0 to 1": lambda seven: seven / 255,
    "float, 0 to 255": lambda seven: seven.astype("float64"),
    "16 bits": lambda seven: seven.astype("uint16") * 257,
    "16 bits, PIL": lambda seven: Image.fromarray(seven.astype("uint16") * 257),
    "list": lambda seven: seven.tolist(),
    "one channel": lambda seven: seven[..., np.newaxis],
    "colours": lambda seven: np.stack([seven] * 3, axis=2),
    "opaque": lambda seven: with_alpha(seven, np.full_like(seven, 255)),
    "light ink, no paper": lambda seven: with_alpha(np.full_like(seven, 255), seven),
    "dark ink, no paper": lambda seven: with_alpha(np.full_like(seven, 20), seven),
    "palette": lambda seven: Image.fromarray(seven).convert("P"),
    "dark on light": lambda seven: 255 - seven,
    "dark on grey": lambda seven: 180 - seven // 2,
    "large": lambda seven: Image.fromarray(seven).resize((2080, 2240)),
    "in a corner": lambda seven: np.pad(seven, ((0, 100), (0, 140))),
    "EXIF": turned_by_exif,
    "uneven light": on_uneven_paper,
    "squared paper": on_ruled_paper,
}


@pytest.mark.parametrize("change", SAME.values(), ids=SAME)
def test_every_kind_of_picture_gives_the_same_digit(seven, change):
    difference = np.abs(prepare_digit(change(seven)) - prepare_digit(seven))
    assert difference.mean() < 0.03


@pytest.mark.parametrize("kind", [str, Path])
def test_file(seven, tmp_path, kind):
    file = tmp_path / "my_7.png"
    Image.fromarray(seven).save(file)
    np.testing.assert_array_equal(helpers.prepare_digit(kind(file)), prepare_digit(seven))


def test_caller_keeps_the_picture(seven):
    picture, array = turned_by_exif(seven), seven / 255
    before = picture.size, array.copy()
    prepare_digit(picture)
    prepare_digit(array)
    assert picture.size == before[0]
    np.testing.assert_array_equal(array, before[1])


def test_mnist_stays_as_it_is(digits):
    """No image of MNIST is refused, blurred, moved or cut."""
    images = np.array([prepare_digit(digit) for digit in digits[:300]])
    assert images.dtype == np.float32
    assert (images.max(axis=(1, 2)) == 1).all()
    assert images.min() == 0
    differences = np.abs(images - digits[:300] / 255).mean(axis=(1, 2))
    assert differences.mean() < 0.003
    assert (differences < 0.02).mean() > 0.99


@pytest.mark.parametrize("kind", KINDS)
def test_form_of_mnist(kind):
    for picture in load_pictures(kind)[0]:
        image = prepare_digit(picture)
        assert (image.shape, image.dtype, image.max()) == ((28, 28), np.float32, 1)
        rows, columns = np.nonzero(image > 0.02)
        assert max(np.ptp(rows), np.ptp(columns)) + 1 in (18, 19, 20)
        weights = image[rows, columns]
        for positions in (rows, columns):
            assert 13.4 < np.average(positions, weights=weights) < 14.6


def strokes(*boxes):
    picture = np.zeros((60, 60))
    for top, bottom, left, right in boxes:
        picture[top:bottom, left:right] = 1
    return picture


APART = {
    "5, top stroke apart": [(8, 11, 22, 40), (15, 30, 22, 25), (28, 31, 22, 40), (28, 50, 38, 41)],
    "4, two strokes": [(10, 34, 18, 21), (32, 35, 18, 33), (10, 52, 36, 39)],
}


@pytest.mark.parametrize("boxes", APART.values(), ids=APART)
def test_strokes_apart_are_one_digit(boxes):
    picture = strokes(*boxes)
    height, width = (np.ptp(positions) + 1 for positions in np.nonzero(picture))
    rows, columns = np.nonzero(prepare_digit(picture) > 0.1)
    assert np.ptp(rows) + 1 == 20
    assert abs(np.ptp(columns) + 1 - 20 * width / height) < 2


def test_other_marks_are_left_out(seven):
    """A part of another line at the edge, a dark border and dust change nothing."""
    picture = 255 - np.pad(seven, 60)
    picture[:14, 60:200] = picture[:300, :6] = 10
    picture[-25:, 150:165] = 10
    picture[330:333, 30:33] = 10
    assert np.abs(prepare_digit(picture) - prepare_digit(seven)).mean() < 0.02


@pytest.mark.parametrize("stack", [np.hstack, np.vstack])
def test_several_digits(digits, stack):
    with pytest.raises(ValueError, match="3 digits"):
        prepare_digit(stack(digits[:3]))


def noisy_page():
    return 0.8 + np.random.default_rng(1).normal(0, 0.02, (300, 200))


WRONG_ARRAYS = {
    "empty page": (np.ones((50, 50)), "no digit"),
    "noisy page": (noisy_page(), "no digit"),
    "unevenly lit page": (noisy_page() * np.linspace(0.5, 1, 200), "no digit"),
    "random": (np.random.default_rng(0).random((28, 28)), "no digit"),
    "speck": (strokes((20, 22, 20, 22)), "no digit.*only 2 pixels long.*60 x 60"),
    "full of ink": (np.pad(np.ones((90, 90)), 12), "full of ink"),
    "blot": (strokes((20, 45, 20, 45)), "full of ink"),
    "NaN": (np.full((28, 28), np.nan), "784 values that are NaN"),
    "batch": (np.zeros((10, 28, 28)), r"batch.*images\[0\]"),
    "batch of one": (np.zeros((1, 28, 28, 1)), r"batch.*images\[0\]"),
    "row": (np.zeros(784), r"flattened.*reshape\(28, 28\)"),
    "one row": (np.zeros((1, 784)), r"flattened.*reshape\(28, 28\)"),
    "no pixels": (np.zeros((0, 0)), "at least 4 rows"),
    "negative": (np.linspace(-1, 1, 784).reshape(28, 28), "-1.0 to 1.0"),
    "too high": (np.full((28, 28), 1e6), "expected 0 to 1 or 0 to 255"),
    "too large": (np.broadcast_to(np.uint8(0), (100_000, 100_000)), "89 million pixels"),
    "words": (np.full((28, 28), "7"), "expected the name of a file"),
    "complex": (np.zeros((28, 28), complex), "expected the name of a file"),
    "no picture": (None, "picture is a NoneType"),
    "bytes": (b"\x89PNG", "picture is a bytes"),
    "uneven rows": ([[1, 2], [3]], "cannot be made into an array"),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("picture", "words"), WRONG_ARRAYS.values(), ids=WRONG_ARRAYS)
def test_wrong_array(picture, words):
    with pytest.raises(ValueError, match=words):
        prepare_digit(picture)


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no file 'my 7.png'.*Check the spelling"):
        prepare_digit("my 7.png")


def png_head(size):
    """Return the first bytes of a PNG that would be a very large picture."""
    chunk = b"IHDR" + struct.pack(">2I5B", size, size, 8, 0, 0, 0, 0)
    head = struct.pack(">I", 13) + chunk + struct.pack(">I", crc32(chunk))
    return b"\x89PNG\r\n\x1a\n" + head + struct.pack(">I", 9) + b"IDAT"


WRONG_FILES = {
    "no picture": (b"not a picture", "not a picture.*HEIC"),
    "empty": (b"", "not a picture"),
    "cut off": ((FOLDER / "photographed_7a.jpg").read_bytes()[:2000], "cannot be read.*truncated"),
    "bomb": (png_head(60_000), "89 million pixels"),
    "half a bomb": (png_head(10_000), "89 million pixels"),  # Pillow only warns
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("content", "words"), WRONG_FILES.values(), ids=WRONG_FILES)
def test_wrong_file(tmp_path, content, words):
    file = tmp_path / "my_7.png"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=words) as error:
        prepare_digit(file)
    assert "my_7.png" in str(error.value)


def test_damaged_picture():
    """A PIL image reads its pixels when they are used, so it can be damaged, too."""
    content = (FOLDER / "photographed_7a.jpg").read_bytes()[:2000]
    with pytest.raises(ValueError, match=r"cannot be read.*truncated"):
        prepare_digit(Image.open(io.BytesIO(content)))


def test_folder(tmp_path):
    with pytest.raises(ValueError, match="cannot be read"):
        prepare_digit(tmp_path)


def test_pictures_are_what_the_program_draws():
    """The same pixels, apart from what JPEG loses; no other file, and nothing large."""
    names = []
    for name, picture in draw_own_digits.pictures():
        names.append(name)
        with Image.open(FOLDER / name) as file:
            difference = np.asarray(file, dtype=float) - np.asarray(picture)
        assert np.abs(difference).mean() < 4
    files = [file for file in FOLDER.iterdir() if file.name != "README.md"]
    assert sorted(names) == sorted(file.name for file in files)
    assert sum(file.stat().st_size for file in files) < 300_000


@pytest.mark.parametrize("kind", KINDS)
def test_load_pictures(kind):
    pictures, labels = load_pictures(kind)
    assert labels.tolist() == [*range(10), *range(10)]
    assert labels.dtype == np.uint8
    assert len({np.asarray(picture).tobytes() for picture in pictures}) == 20
    for label, picture in zip(labels, pictures, strict=True):
        files = FOLDER.glob(f"{kind}_{label}?.*")
        assert any(Image.open(file).tobytes() == picture.tobytes() for file in files)


def test_unknown_kind():
    with pytest.raises(ValueError, match="'drawn', 'scanned', 'photographed'"):
        load_pictures("paper")
