"""The Python side of the drawing pad; test_browser.py draws on it with a mouse."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from helpers.drawing_pad import DrawingPad


@pytest.fixture
def drawn():
    """Return the bytes that the page sends for a stroke from the top to the bottom."""
    picture = np.zeros((280, 280), dtype="uint8")
    picture[40:240, 120:150] = 255
    return memoryview(picture.tobytes())


def send(pad, pixels):
    """Do what the page does after each stroke; return what it shows."""
    pad.set_state({"_pixels": pixels, "_asked": pad._asked + 1})
    return pad._answer


def test_predictions_become_bars(drawn):
    prepared = []

    def predict(image):
        prepared.append(image)
        return np.eye(10)[[7]]

    answer = send(DrawingPad(predict), drawn)
    assert answer["message"] == "Prediction: 7 (100%)"
    assert answer["bars"] == [[str(k), float(k == 7)] for k in range(10)]
    assert (prepared[0].shape, prepared[0].dtype) == ((28, 28), "float32")
    assert prepared[0].max() > 0.9


def test_error_shows_in_the_pad(drawn):
    def predict(image):
        raise ValueError("expected shape=(None, 28, 28)")

    assert send(DrawingPad(predict), drawn)["message"] == (
        "ValueError: expected shape=(None, 28, 28)"
    )


def test_every_message_is_answered(drawn):
    """The page waits for an answer before it sends more, also when nothing has changed."""
    pad = DrawingPad(lambda image: np.full(10, 0.1))
    answers = [send(pad, pixels) for pixels in (bytes(280 * 280), drawn, drawn, bytes(280 * 280))]
    assert [answer["asked"] for answer in answers] == [1, 2, 3, 4]
    assert [len(answer["bars"]) for answer in answers] == [0, 10, 10, 0]


def test_image_is_what_was_drawn(drawn):
    pad = DrawingPad()
    send(pad, drawn)
    np.testing.assert_array_equal(np.flatnonzero(pad.image.any(axis=1))[[0, -1]], [40, 239])
    data, _ = pad._repr_mimebundle_()
    picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    np.testing.assert_array_equal(np.asarray(picture), pad.image)
    # nbval compares it.
    assert data["text/plain"] == "DrawingPad()"
