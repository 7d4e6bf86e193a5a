import re
import warnings
from pathlib import Path
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb

import helpers
from helpers import (
    plot_confusion_matrix,
    plot_history,
    plot_image,
    plot_mistakes,
    plot_predictions,
    plot_samples,
    plot_value_array,
)
from helpers.plotting import RIGHT_WRONG

NAMES = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"]
NAMES += ["Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]
N = 40


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (N, 28, 28)).astype("uint8")


@pytest.fixture
def labels():
    return (np.arange(N) % 10).astype("uint8")


@pytest.fixture
def predictions(labels):
    """Right for even positions; for odd ones wrong by one class, surer and surer."""
    rows = np.full((N, 10), 0.0, dtype="float32")
    for i, label in enumerate(labels):
        sure = 0.6 + 0.005 * i
        rows[i, (label + i % 2) % 10] = sure
        rows[i, (label + 5) % 10] = 1 - sure
    return rows


def captions(figure):
    return [ax.get_xlabel() for ax in figure.axes]


def test_all_plots_come_from_helpers():
    for name in helpers.__all__:
        assert callable(getattr(helpers, name))


class TestPlotImage:
    def test_right(self, images, labels, predictions):
        ax = plot_image(2, predictions, labels, images, NAMES)
        assert ax.get_xlabel() == "✓ Pullover 61%\n(Pullover)"
        assert to_hex(ax.xaxis.label.get_color(), False).upper() == RIGHT_WRONG[0]
        np.testing.assert_array_equal(ax.images[0].get_array(), images[2])
        assert list(ax.get_xticks()) == []

    def test_wrong(self, images, labels, predictions):
        ax = plot_image(1, predictions, labels, images, NAMES)
        assert ax.get_xlabel() == "✗ Pullover 60%\n(Trouser)"
        assert to_hex(ax.xaxis.label.get_color(), False).upper() == RIGHT_WRONG[1]

    def test_one_row_is_the_same_as_all(self, images, labels, predictions):
        rows = predictions, predictions[7], predictions[[7]]
        texts = {plot_image(7, row, labels, images, NAMES).get_xlabel() for row in rows}
        assert texts == {"✗ Bag 64%\n(Sneaker)"}

    def test_without_names(self, images, labels, predictions):
        assert plot_image(1, predictions, labels, images).get_xlabel() == "✗ 2 60%\n(1)"

    def test_draws_on_ax_or_on_the_current_axes(self, images, labels, predictions):
        _, (left, right) = plt.subplots(1, 2)
        assert plot_image(0, predictions, labels, images) is right
        assert plot_image(0, predictions, labels, images, ax=left) is left

    def test_keywords_reach_imshow(self, images, labels, predictions):
        ax = plot_image(0, predictions, labels, images, cmap="gray", vmin=3)
        assert ax.images[0].get_cmap().name == "gray"
        assert ax.images[0].get_clim()[0] == 3

    def test_colors_can_be_set(self, images, labels, predictions):
        ax = plot_image(1, predictions, labels, images, colors=("green", "red"))
        assert ax.xaxis.label.get_color() == "red"

    @pytest.mark.parametrize(
        "change",
        [
            lambda x: x[..., np.newaxis],
            lambda x: x / 255,
            lambda x: (x / 255).astype("float32"),
            lambda x: x.tolist(),
        ],
    )
    def test_kinds_of_images(self, images, labels, predictions, change):
        ax = plot_image(3, predictions, labels, change(images))
        assert ax.images[0].get_array().shape == (28, 28)

    def test_numpy_index(self, images, labels, predictions):
        assert plot_image(np.int64(1), predictions, labels, images)


class TestPlotValueArray:
    def test_bars(self, labels, predictions):
        ax = plot_value_array(1, predictions, labels)
        heights = [bar.get_height() for bar in ax.patches]
        np.testing.assert_allclose(heights, predictions[1])
        assert ax.get_ylim() == (0, 1)
        assert list(ax.get_xticks()) == []

    def test_wrong_is_hatched_and_right_is_full(self, labels, predictions):
        bars = plot_value_array(1, predictions, labels).patches
        assert bars[2].get_hatch()
        assert to_hex(bars[2].get_edgecolor()).upper() == RIGHT_WRONG[1]
        assert to_hex(bars[1].get_facecolor()).upper() == RIGHT_WRONG[0]
        assert not bars[1].get_hatch()

    def test_right_has_no_hatch(self, labels, predictions):
        bars = plot_value_array(0, predictions, labels).patches
        assert not any(bar.get_hatch() for bar in bars)

    def test_names_under_the_bars(self, labels, predictions):
        ax = plot_value_array(0, predictions, labels, NAMES)
        assert [tick.get_text() for tick in ax.get_xticklabels()] == NAMES

    def test_prediction_of_one_image_at_any_place(self, labels, predictions):
        for i in (0, 7):
            ax = plot_value_array(i, predictions[[i]], labels, ax=plt.figure().add_subplot())
            blue = [to_hex(bar.get_facecolor()).upper() == RIGHT_WRONG[0] for bar in ax.patches]
            assert np.flatnonzero(blue) == labels[i]


class TestPlotSamples:
    def test_grid(self, images, labels):
        figure = plot_samples(images, labels, NAMES)
        assert captions(figure) == [NAMES[k] for k in labels[:25]]

    def test_fewer_images_than_places(self, images, labels):
        assert len(plot_samples(images[:4], labels[:4]).axes) == 4

    def test_layout(self, images, labels):
        grid = plot_samples(images, labels, rows=3, columns=5).axes[0].get_subplotspec()
        assert grid.get_gridspec().get_geometry() == (3, 5)

    @pytest.mark.parametrize("rows", [0, -1, 2.5, "3"])
    def test_odd_layouts(self, images, labels, rows):
        with pytest.raises(ValueError, match="rows is"):
            plot_samples(images, labels, rows=rows)


class TestPlotPredictions:
    def test_grid(self, images, labels, predictions):
        figure = plot_predictions(predictions, labels, images, NAMES)
        assert len(figure.axes) == 30
        assert captions(figure)[0] == "✓ T-shirt/top 60%\n(T-shirt/top)"
        assert captions(figure)[2] == "✗ Pullover 60%\n(Trouser)"
        heights = [bar.get_height() for bar in figure.axes[3].patches]
        np.testing.assert_allclose(heights, predictions[1])

    def test_indices(self, images, labels, predictions):
        figure = plot_predictions(predictions, labels, images, NAMES, indices=[39, 3])
        np.testing.assert_array_equal(figure.axes[0].images[0].get_array(), images[39])
        assert captions(figure)[2] == "✗ Coat 62%\n(Dress)"

    def test_colors_can_be_set(self, images, labels, predictions):
        figure = plot_predictions(predictions, labels, images, colors=("green", "red"))
        colors = [ax.xaxis.label.get_color() for ax in figure.axes[:4:2]]
        assert colors == ["green", "red"]

    def test_index_out_of_range(self, images, labels, predictions):
        with pytest.raises(IndexError, match="i is 40, but there are 40"):
            plot_predictions(predictions, labels, images, indices=[40])

    @pytest.mark.parametrize("indices", [[], range(16)])
    def test_number_of_indices(self, images, labels, predictions, indices):
        with pytest.raises(ValueError, match="expected 1 to 15"):
            plot_predictions(predictions, labels, images, indices=indices)


class TestPlotMistakes:
    def test_surest_first(self, images, labels, predictions):
        figure = plot_mistakes(predictions, labels, images, count=3)
        drawn = [ax.images[0].get_array() for ax in figure.axes]
        np.testing.assert_array_equal(drawn, images[[39, 37, 35]])
        assert all(text.startswith("✗") for text in captions(figure))

    def test_fewer_mistakes_than_count(self, images, labels, predictions):
        assert len(plot_mistakes(predictions[:3], labels[:3], images[:3]).axes) == 1

    def test_no_mistake(self, images, labels):
        figure = plot_mistakes(np.eye(10)[labels], labels, images)
        assert [text.get_text() for text in figure.texts] == ["No mistake in 40 images"]


class TestPlotHistory:
    def test_training_and_validation(self):
        curves = {"accuracy": [0.5, 0.7], "loss": [2.0, 1.0]}
        curves |= {"val_accuracy": [0.4, 0.6], "val_loss": [2.1, 1.5]}
        figure = plot_history(SimpleNamespace(history=curves))
        loss, accuracy = figure.axes
        assert loss.get_ylabel() == "loss"
        assert accuracy.get_ylabel() == "accuracy"
        training, validation = accuracy.lines
        np.testing.assert_array_equal(training.get_xydata(), [[1, 0.5], [2, 0.7]])
        np.testing.assert_array_equal(validation.get_ydata(), [0.4, 0.6])
        assert training.get_linestyle() != validation.get_linestyle()
        (legend,) = figure.legends
        assert [text.get_text() for text in legend.get_texts()] == ["training", "validation"]

    def test_without_validation(self):
        (loss,) = plot_history(SimpleNamespace(history={"loss": [2.0]})).axes
        assert len(loss.lines) == 1

    @pytest.mark.parametrize("epochs", [1, 2, 5, 10, 30])
    def test_epochs_are_whole_numbers(self, epochs):
        (ax,) = plot_history(SimpleNamespace(history={"loss": [1.0] * epochs})).axes
        assert all(tick == int(tick) for tick in ax.get_xticks())

    @pytest.mark.parametrize("history", [None, [1, 2], {"loss": [1.0]}, SimpleNamespace()])
    def test_something_else(self, history):
        with pytest.raises(ValueError, match=r"write history = model\.fit"):
            plot_history(history)

    def test_no_epoch(self):
        with pytest.raises(ValueError, match="no epoch"):
            plot_history(SimpleNamespace(history={}))


def luminance(color):
    """Return the relative luminance (https://www.w3.org/TR/WCAG22/#dfn-relative-luminance)."""
    parts = np.array(to_rgb(color))
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return linear @ (0.2126, 0.7152, 0.0722)


class TestPlotConfusionMatrix:
    def test_counts(self):
        ax = plot_confusion_matrix([0, 0, 2], [0, 1, 2], ["a", "b", "c"])
        counts = np.array([text.get_text() for text in ax.texts], dtype=int).reshape(3, 3)
        np.testing.assert_array_equal(counts, [[1, 1, 0], [0, 0, 0], [0, 0, 1]])
        assert [tick.get_text() for tick in ax.get_yticklabels()] == ["a", "b", "c"]
        assert ax.get_ylabel() == "true class"

    def test_class_that_never_occurs_keeps_its_row(self):
        ax = plot_confusion_matrix([0, 1], [0, 1], NAMES)
        assert len(ax.texts) == 100

    def test_numbers_stand_out(self):
        # Of class 0, k samples are predicted as class k.
        predicted_labels = np.repeat(np.arange(21), np.arange(21))
        ax = plot_confusion_matrix(np.zeros(len(predicted_labels), dtype=int), predicted_labels)
        picture = ax.images[0]
        for text, color in zip(ax.texts[:21], picture.to_rgba(picture.get_array()[0]), strict=True):
            lighter, darker = sorted([luminance(text.get_color()), luminance(color)], reverse=True)
            assert (lighter + 0.05) / (darker + 0.05) > 4

    def test_probabilities_instead_of_classes(self, labels, predictions):
        with pytest.raises(ValueError, match=r"np\.argmax\(predictions, axis=1\)"):
            plot_confusion_matrix(labels, predictions)


# Each: a change of the arguments (predictions, labels, images, names), the error, its words.
BAD_INPUT = {
    "one-hot labels": (lambda p, y, x, n: (p, np.eye(10)[y], x, n), ValueError, "one-hot"),
    "column of labels": (lambda p, y, x, n: (p, y[:, None], x, n), ValueError, r"\.ravel\(\)"),
    "float labels": (lambda p, y, x, n: (p, y.astype(float), x, n), ValueError, "whole numbers"),
    "label too large": (lambda p, y, x, n: (p, y + 1, x, n), ValueError, "class 10"),
    "negative label": (lambda p, y, x, n: (p, y.astype(int) - 1, x, n), ValueError, "start at 0"),
    "text labels": (lambda p, y, x, n: (p, np.array(NAMES)[y], x, n), ValueError, "dtype <U"),
    "logits": (lambda p, y, x, n: (p * 20 - 9, y, x, n), ValueError, "logits"),
    "sums of 2": (lambda p, y, x, n: (p * 2, y, x, n), ValueError, "logits"),
    "NaN": (lambda p, y, x, n: (p * np.nan, y, x, n), ValueError, "NaN"),
    "classes for rows": (lambda p, y, x, n: (p.argmax(1), y, x, n), ValueError, "class numbers"),
    "fewer labels": (lambda p, y, x, n: (p, y[:-1], x, n), ValueError, "same number"),
    "fewer images": (lambda p, y, x, n: (p, y, x[:-1], n), ValueError, "same number"),
    "no sample": (lambda p, y, x, n: (p[:0], y[:0], x[:0], n), ValueError, "empty"),
    "one image": (lambda p, y, x, n: (p, y, x[0], n), ValueError, "one image"),
    "flat images": (lambda p, y, x, n: (p, y, x.reshape(N, 784), n), ValueError, "flattened"),
    "colour": (lambda p, y, x, n: (p, y, np.stack([x] * 3, -1), n), ValueError, "colour"),
    "NaN image": (lambda p, y, x, n: (p, y, x * np.nan, n), ValueError, "NaN"),
    "too few names": (lambda p, y, x, n: (p, y, x, n[:9]), ValueError, "9 names"),
    "name in place of names": (lambda p, y, x, n: (p, y, x, "Bag"), ValueError, "a list"),
}


@pytest.mark.parametrize("case", BAD_INPUT)
@pytest.mark.parametrize("plot", ["image", "predictions", "mistakes"])
def test_bad_input(images, labels, predictions, case, plot):
    change, error, words = BAD_INPUT[case]
    changed = change(predictions, labels, images, NAMES)
    calls = {"predictions": plot_predictions, "mistakes": plot_mistakes}
    with pytest.raises(error, match=words):
        plot_image(1, *changed) if plot == "image" else calls[plot](*changed)


@pytest.mark.parametrize("case", [c for c in BAD_INPUT if "image" not in c and c != "colour"])
def test_bad_input_of_bars(images, labels, predictions, case):
    change, error, words = BAD_INPUT[case]
    p, y, _, n = change(predictions, labels, images, NAMES)
    with pytest.raises(error, match=words):
        plot_value_array(1, p, y, n)


@pytest.mark.parametrize("case", ["one-hot labels", "fewer labels", "no sample", "too few names"])
def test_bad_input_of_samples(images, labels, predictions, case):
    change, error, words = BAD_INPUT[case]
    _, y, x, n = change(predictions, labels, images, NAMES)
    with pytest.raises(error, match=words):
        plot_samples(x, y, n)


@pytest.mark.parametrize("i", [N, -1, 1.0, None, "1", True])
def test_bad_index(images, labels, predictions, i):
    with pytest.raises(IndexError, match="i is"):
        plot_image(i, predictions, labels, images)
    with pytest.raises(IndexError, match="i is"):
        plot_value_array(i, predictions, labels)


def draw_all(predictions, labels, images):
    plot_image(1, predictions, labels, images, NAMES)
    plot_value_array(1, predictions, labels, NAMES)
    plot_confusion_matrix(labels, predictions.argmax(axis=1), NAMES)
    plot_history(SimpleNamespace(history={"loss": [2.0, 1.0]}))
    return [
        plot_samples(images, labels, NAMES),
        plot_predictions(predictions, labels, images, NAMES),
        plot_mistakes(predictions, labels, images, NAMES),
    ]


def test_arguments_stay_as_they_are(images, labels, predictions):
    before = [array.copy() for array in (predictions, labels, images)]
    for array in (predictions, labels, images):
        array.flags.writeable = False
    draw_all(predictions, labels, images)
    for array, old in zip((predictions, labels, images), before, strict=True):
        np.testing.assert_array_equal(array, old)


def test_no_figure_is_left_open(images, labels, predictions):
    plt.figure()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(25):  # four figures each: 100; Matplotlib warns from 21 on
            plot_samples(images, labels, rows=1, columns=2)
            plot_predictions(predictions, labels, images, rows=1, columns=1)
            plot_mistakes(predictions, labels, images, count=1)
            plot_history(SimpleNamespace(history={"loss": [1.0]}))
            plot_image(0, predictions, labels, images)
    assert len(plt.get_fignums()) == 1


def test_own_figure_leaves_the_current_axes_alone(images, labels):
    ax = plt.figure().add_subplot()
    plot_samples(images, labels)
    assert plt.gca() is ax


# The fonts of two Matplotlib versions differ in pixels, so the layout is tested by places.
def test_no_text_lies_on_another(images, labels):
    longest = np.eye(10)[np.zeros(N, dtype=int)]  # "✗ T-shirt/top 100%"
    for figure in draw_all(longest, labels, images):
        # Wider ones are too small to read on a phone, see test_notebooks.py.
        assert figure.get_tightbbox().width < 5.4
        boxes = [ax.xaxis.get_tightbbox() for ax in figure.axes if ax.get_xlabel()]
        boxes += [ax.bbox for ax in figure.axes]
        for k, box in enumerate(boxes):
            assert not [other for other in boxes[:k] if box.shrunk(0.98, 0.98).overlaps(other)]


def test_bars_have_room_beside_an_image(images, labels, predictions):
    """The figure is laid out as in lesson 1."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(5.4, 2.8), layout="constrained")
    plot_image(1, predictions, labels, images, NAMES, ax=left)
    plot_value_array(1, predictions, labels, NAMES, ax=right)
    figure.canvas.draw()
    assert not right.get_tightbbox().overlaps(left.get_tightbbox())
    assert figure.get_tightbbox().width < 5.4


DOCUMENT = next(
    Path(__file__).parents[2].glob("shared/documents/002_*.txt"),
    None,
)
# The calls of TensorFlow's tutorial "Basic classification", which passes one row.
TUTORIAL_CELLS = [
    "plt.subplot(1, 2, 1)\nplot_image(0, predictions[0], test_labels, test_images)",
    "plt.subplot(1, 2, 2)\nplot_value_array(12, predictions[12], test_labels)",
    "plot_value_array(1, predictions_single[0], test_labels)\n"
    "_ = plt.xticks(range(10), class_names, rotation=45)",
]


@pytest.fixture
def learner(images, labels, predictions):
    """The names that exist in a learner's notebook when it comes to the plots."""
    return {
        "np": np,
        "plt": plt,
        "plot_image": plot_image,
        "plot_value_array": plot_value_array,
        "class_names": NAMES,
        "test_images": images,
        "test_labels": labels,
        "predictions": predictions,
        "predictions_single": predictions[[0]],
    }


@pytest.mark.parametrize("cell", TUTORIAL_CELLS)
def test_cells_of_the_tutorial_run(cell, learner):
    exec(cell, learner)


@pytest.mark.skipif(DOCUMENT is None, reason="the source documents are not part of the course")
def test_cells_of_the_document_run_unchanged(learner):
    blocks = re.findall(r"~~~python\n(.*?)~~~", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    cells = [b for b in blocks if re.search(r"plot_(image|value_array)\(", b) and "def " not in b]
    assert len(cells) == 3
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="FigureCanvasAgg is non-interactive")
        for cell in cells:
            exec(cell, learner)
