import matplotlib
import numpy as np
import pytest

matplotlib.use("agg")

import matplotlib.pyplot as plt


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture
def as_seen():
    """Return a function: the pixels of the only image in an axes, as a viewer sees them."""

    def pixels(ax):
        (image,) = ax.images
        array = np.asarray(image.get_array())
        left, right, bottom, top = image.get_extent()
        first, last = (top, bottom) if image.origin == "upper" else (bottom, top)
        start, end = ax.transData.transform([(left, first), (right, last)])
        array = array[::-1] if start[1] < end[1] else array
        return array[:, ::-1] if start[0] > end[0] else array

    return pixels
