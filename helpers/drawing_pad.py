"""A pad to draw a digit on, in a notebook; it needs the package anywidget."""

import base64
import io
from importlib.resources import files

import anywidget
import numpy as np
import traitlets
from PIL import Image, ImageDraw

from helpers.own_digits import prepare_digit

SIZE = 280


class DrawingPad(anywidget.AnyWidget):
    """A black square to draw on in white, with a bar for each class.

    Show it as the last line of a cell. The pad needs a running notebook; elsewhere, such as
    on GitHub, a picture of what was drawn takes its place.

    Parameters
    ----------
    predict : callable, optional
        Called with what is drawn, prepared by `prepare_digit`: an array ``(28, 28)``,
        float32, 0 to 1. It returns the probability of each class, ``(classes,)``. Without
        it, the pad has no bars.

    Examples
    --------
    >>> pad = DrawingPad()
    >>> pad.image.shape, pad.image.dtype
    ((280, 280), dtype('uint8'))
    """

    _esm = files("helpers").joinpath("drawing_pad.js").read_text(encoding="utf-8")
    # Not Bytes: the page sends a memoryview, which Bytes drops without a word.
    _pixels = traitlets.CBytes(bytes(SIZE * SIZE)).tag(sync=True)
    # The page counts what it sends: pixels that are equal to the last ones count, too.
    _asked = traitlets.Int(0).tag(sync=True)
    _answer = traitlets.Dict({"message": "Draw a digit.", "bars": []}).tag(sync=True)

    def __init__(self, predict=None):
        super().__init__()
        self._predict = predict
        self.observe(self._show_answer, "_asked")

    @property
    def image(self):
        """What is drawn: an array ``(280, 280)``, uint8, 0 (paper) to 255 (pen)."""
        return np.frombuffer(self._pixels, "uint8").reshape(SIZE, SIZE)

    def _show_answer(self, _change):
        message, bars = self._read()
        # The page waits for an answer before it sends more, so each has to be a new value.
        self._answer = {"message": message, "bars": bars, "asked": self._asked}

    def _read(self):
        if self._predict is None or not self.image.any():
            return "Draw a digit.", []
        # An error in here would show nowhere.
        try:
            probabilities = np.asarray(self._predict(prepare_digit(self.image)), dtype=float)
            bars = [[str(k), value] for k, value in enumerate(probabilities.ravel().tolist())]
            best, value = max(bars, key=lambda bar: bar[1])
            return f"Prediction: {best} ({value:.0%})", bars
        except Exception as error:
            return f"{type(error).__name__}: {error}", []

    def __repr__(self):
        """Name the class only: an address in memory would differ from run to run."""
        return "DrawingPad()"

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        picture = Image.fromarray(self.image)
        if not self.image.any():
            text = "Run this cell to draw here."
            ImageDraw.Draw(picture).text((SIZE / 2, SIZE / 2), text, "white", anchor="mm")
        file = io.BytesIO()
        picture.save(file, "png")
        return {**data, "image/png": base64.b64encode(file.getvalue()).decode()}, metadata
