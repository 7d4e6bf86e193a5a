import re
import warnings
from pathlib import Path
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb
from PIL import Image

import helpers
from helpers import (
    plot_confusion_matrix,
    plot_history,
    plot_image,
    plot_mistakes,
    plot_pictures,
    plot_predictions,
    plot_samples,
    plot_value_array,
    quiet_start,
    validation,
)

RIGHT_WRONG = BLUE, VERMILION = "#0072B2", "#D55E00"
GREY, WHITE = "#777777", "#FFFFFF"
NAMES = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"]
NAMES += ["Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]
N = 40
# No two of these arrays or numbers are equal, so that whatever is mixed up looks different.
RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.integers(0, 256, (N, 28, 28)).astype("uint8")
LABELS = RANDOM.permutation(np.arange(N) % 10)
PERCENT = RANDOM.permutation(np.arange(55, 55 + N))  # the probability of the predicted class
SHARE = RANDOM.uniform(0.02, 0.48, N)  # of the rest, for a third class
ODD = np.arange(N) % 2
PREDICTED = (LABELS + ODD) % 10  # wrong by one class for the odd images


@pytest.fixture
def images():
    return IMAGES.copy()


@pytest.fixture
def labels():
    return LABELS.astype("uint8")


@pytest.fixture
def predictions():
    """Three classes have a probability above 0; the true class is one of them."""
    rows = np.zeros((N, 10), dtype="float32")
    third = np.where(ODD, LABELS, (LABELS + 5) % 10)
    for i, row in enumerate(rows):
        row[PREDICTED[i]] = PERCENT[i] / 100
        row[third[i]] = (1 - PERCENT[i] / 100) * SHARE[i]
        row[(LABELS[i] - 1) % 10] = 1 - row.sum()
    return rows


def caption(i, names=NAMES):
    mark = "✗" if ODD[i] else "✓"
    return f"{mark} {names[PREDICTED[i]]} {PERCENT[i]}%\n({names[LABELS[i]]})"


def color_of_caption(ax):
    return to_hex(ax.xaxis.label.get_color()).upper()


def check_bars(ax, row, label):
    """The true class is blue; a wrong prediction is hatched in vermilion; the rest is grey."""
    predicted = np.argmax(row)
    assert [round(bar.get_x() + bar.get_width() / 2) for bar in ax.patches] == list(range(10))
    np.testing.assert_allclose([bar.get_height() for bar in ax.patches], row)
    assert ax.get_ylim() == (0, 1)
    for k, bar in enumerate(ax.patches):
        face, edge = to_hex(bar.get_facecolor()).upper(), to_hex(bar.get_edgecolor()).upper()
        if k == label:
            assert (face, bar.get_hatch()) == (BLUE, None)
        elif k == predicted:
            assert (face, edge, bool(bar.get_hatch())) == (WHITE, VERMILION, True)
        else:
            assert (face, bar.get_hatch()) == (GREY, None)


def in_reading_order(figure):
    """Return the axes as one reads them: row by row, from left to right."""

    def place(ax):
        box = ax.get_position(original=True)
        return -round(box.y0, 3), box.x0

    return sorted(figure.axes, key=place)


def captions(figure):
    return [ax.get_xlabel() for ax in in_reading_order(figure)]


def test_all_plots_come_from_helpers():
    for name in helpers.__all__:
        assert callable(getattr(helpers, name))


class TestPlotImage:
    def test_image_and_caption(self, images, labels, predictions, as_seen):
        for i in range(10):
            ax = plot_image(i, predictions, labels, images, NAMES, ax=plt.figure().add_subplot())
            np.testing.assert_array_equal(as_seen(ax), images[i])
            assert ax.images[0].get_cmap().name == "binary"
            assert ax.get_xlabel() == caption(i)
            assert color_of_caption(ax) == RIGHT_WRONG[ODD[i]]
            assert [*ax.get_xticks(), *ax.get_yticks()] == []
            plt.close(ax.figure)

    def test_one_row_is_the_same_as_all(self, images, labels, predictions):
        rows = predictions, predictions[7], predictions[[7]]
        texts = {plot_image(7, row, labels, images, NAMES).get_xlabel() for row in rows}
        assert texts == {caption(7)}

    def test_without_names(self, images, labels, predictions):
        assert plot_image(1, predictions, labels, images).get_xlabel() == caption(1, range(10))

    def test_draws_on_ax_or_on_the_current_axes(self, images, labels, predictions):
        _, (left, right) = plt.subplots(1, 2)
        for plot, arguments in ((plot_image, (images,)), (plot_value_array, ())):
            assert plot(0, predictions, labels, *arguments) is right
            assert plot(0, predictions, labels, *arguments, ax=left) is left
        assert plot_confusion_matrix(labels, labels) is right
        assert plot_confusion_matrix(labels, labels, ax=left) is left

    def test_keywords_reach_imshow(self, images, labels, predictions):
        ax = plot_image(0, predictions, labels, images, cmap="gray", vmin=3)
        assert ax.images[0].get_cmap().name == "gray"
        assert ax.images[0].get_clim()[0] == 3

    def test_kinds_of_images_and_of_positions(self, images, labels, predictions, as_seen):
        scaled = images / 255
        for kind in (images[..., np.newaxis], scaled, scaled.astype("float32"), images.tolist()):
            ax = plot_image(np.int64(3), predictions, labels, kind, ax=plt.figure().add_subplot())
            np.testing.assert_array_equal(as_seen(ax), np.squeeze(kind)[3])


class TestPlotValueArray:
    def test_bars(self, labels, predictions):
        for i in range(10):
            for rows in (predictions, predictions[i], predictions[[i]]):
                ax = plot_value_array(i, rows, labels, ax=plt.figure().add_subplot())
                check_bars(ax, predictions[i], labels[i])
                assert [*ax.get_xticks(), *ax.get_yticks()] == []
                plt.close(ax.figure)

    def test_names_under_the_bars(self, labels, predictions):
        ax = plot_value_array(0, predictions, labels, NAMES)
        assert list(ax.get_xticks()) == list(range(10))
        assert [tick.get_text() for tick in ax.get_xticklabels()] == NAMES
        assert ax.get_ylabel() == "probability"


class TestPlotSamples:
    def test_grid(self, images, labels, as_seen):
        figure = plot_samples(images, labels, NAMES)
        drawn = [as_seen(ax) for ax in in_reading_order(figure)]
        np.testing.assert_array_equal(drawn, images[:25])
        assert {ax.images[0].get_cmap().name for ax in figure.axes} == {"binary"}
        assert captions(figure) == [NAMES[k] for k in labels[:25]]

    def test_without_names(self, images, labels):
        assert captions(plot_samples(images, labels)) == [str(k) for k in labels[:25]]

    def test_fewer_images_than_places(self, images, labels):
        assert len(plot_samples(images[:4], labels[:4]).axes) == 4

    def test_layout(self, images, labels):
        grid = plot_samples(images, labels, rows=3, columns=5).axes[0].get_subplotspec()
        assert grid.get_gridspec().get_geometry() == (3, 5)


class TestPlotPictures:
    def test_grid(self, images, as_seen):
        wide = np.arange(12 * 9 * 3, dtype="uint8").reshape(9, 12, 3)
        # None of them reaches the largest value.
        images = images // 2
        pictures = [images[0], images[1] / 255, Image.fromarray(images[2]), wide]
        axes = in_reading_order(plot_pictures(pictures, ["a", 7, "b", "c"], columns=3))
        assert [ax.get_title() for ax in axes] == ["a", "7", "b", "c"]
        for ax, picture in zip(axes, pictures, strict=True):
            np.testing.assert_array_equal(as_seen(ax), picture)
        assert [ax.images[0].get_clim() for ax in axes[:3]] == [(0, 255), (0, 1), (0, 255)]
        assert {ax.images[0].get_cmap().name for ax in axes[:3]} == {"gray"}

    @pytest.mark.parametrize(
        ("pictures", "titles", "words"),
        [
            (IMAGES[:2], ["a"], "do not have the same number"),
            ([], [], "pictures is 0"),
            ([IMAGES[:4]], ["a"], r"pictures\[0\] has shape \(4, 28, 28\)"),
        ],
    )
    def test_bad_input(self, pictures, titles, words):
        with pytest.raises(ValueError, match=words):
            plot_pictures(pictures, titles)


class TestPlotPredictions:
    def check(self, figure, expected, images, labels, predictions, as_seen):
        axes = in_reading_order(figure)
        for left, right, i in zip(axes[::2], axes[1::2], expected, strict=True):
            np.testing.assert_array_equal(as_seen(left), images[i])
            assert left.images[0].get_cmap().name == "binary"
            assert left.get_xlabel() == caption(i)
            assert color_of_caption(left) == RIGHT_WRONG[ODD[i]]
            check_bars(right, predictions[i], labels[i])

    def test_grid(self, images, labels, predictions, as_seen):
        figure = plot_predictions(predictions, labels, images, NAMES)
        self.check(figure, range(15), images, labels, predictions, as_seen)

    def test_indices(self, images, labels, predictions, as_seen):
        indices = [39, 3, 0, 12, 5]
        figure = plot_predictions(
            predictions, labels, images, NAMES, rows=2, columns=3, indices=indices
        )
        self.check(figure, indices, images, labels, predictions, as_seen)


class TestPlotMistakes:
    def test_most_confident_first(self, images, labels, predictions, as_seen):
        expected = sorted(np.flatnonzero(ODD), key=lambda i: -PERCENT[i])[:12]
        axes = in_reading_order(plot_mistakes(predictions, labels, images, NAMES))
        np.testing.assert_array_equal([as_seen(ax) for ax in axes], images[expected])
        assert {ax.images[0].get_cmap().name for ax in axes} == {"binary"}
        assert [ax.get_xlabel() for ax in axes] == [caption(i) for i in expected]
        assert {color_of_caption(ax) for ax in axes} == {VERMILION}

    def test_equally_confident_stay_in_their_order(self, images, labels, as_seen):
        predictions = np.zeros((N, 10))
        predictions[np.arange(N), (labels + 2) % 10] = 0.1
        predictions[::3] = 0
        predictions[np.arange(N), (labels + 1) % 10] = 1 - predictions.sum(axis=1)
        axes = in_reading_order(plot_mistakes(predictions, labels, images, count=20))
        expected = sorted(range(N), key=lambda i: i % 3 > 0)[:20]
        np.testing.assert_array_equal([as_seen(ax) for ax in axes], images[expected])

    def test_count(self, images, labels, predictions):
        assert len(plot_mistakes(predictions, labels, images, count=3).axes) == 3
        assert len(plot_mistakes(predictions[:3], labels[:3], images[:3]).axes) == 1

    def test_no_mistake(self, images, labels):
        figure = plot_mistakes(np.eye(10)[labels], labels, images)
        assert [text.get_text() for text in figure.texts] == ["No mistake in 40 images"]


def look_of(line):
    return line.get_color(), line.get_linestyle(), line.get_marker()


class TestPlotHistory:
    def test_training_and_validation(self):
        curves = {"accuracy": [0.5, 0.7], "loss": [2.0, 1.0]}
        curves |= {"val_accuracy": [0.4, 0.6], "val_loss": [2.1, 1.5], "learning_rate": [1, 1]}
        figure = plot_history(SimpleNamespace(history=curves))
        (legend,) = figure.legends
        looks = {
            text.get_text(): look_of(handle)
            for text, handle in zip(legend.get_texts(), legend.legend_handles, strict=True)
        }
        assert list(looks) == ["training", "validation"]
        # Who cannot tell the colours apart still has the lines and the marks.
        assert not set(looks["training"]) & set(looks["validation"])
        for ax, name in zip(in_reading_order(figure), ("loss", "accuracy"), strict=True):
            assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", name)
            drawn = {look_of(line): line.get_xydata().tolist() for line in ax.lines}
            assert drawn == {
                looks["training"]: [[1, curves[name][0]], [2, curves[name][1]]],
                looks["validation"]: [[1, curves[f"val_{name}"][0]], [2, curves[f"val_{name}"][1]]],
            }

    def test_without_validation(self):
        figure = plot_history(SimpleNamespace(history={"loss": [2.0]}))
        assert len(figure.axes[0].lines) == 1
        assert [text.get_text() for text in figure.legends[0].get_texts()] == ["training"]

    def test_epochs_are_whole_numbers(self):
        for epochs in (1, 2, 5, 10, 30):
            (ax,) = plot_history(SimpleNamespace(history={"loss": [1.0] * epochs})).axes
            assert all(tick == int(tick) for tick in ax.get_xticks()), epochs


def luminance(color):
    """Return the relative luminance (https://www.w3.org/TR/WCAG22/#dfn-relative-luminance)."""
    parts = np.array(to_rgb(color))
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return linear @ (0.2126, 0.7152, 0.0722)


class TestPlotConfusionMatrix:
    def test_counts(self, as_seen):
        ax = plot_confusion_matrix([0, 0, 2, 2, 2], [0, 1, 2, 0, 0], ["a", "b", "c"])
        counts = [[1, 1, 0], [0, 0, 0], [2, 0, 1]]
        np.testing.assert_array_equal(as_seen(ax), counts)
        assert ax.images[0].get_cmap().name == "Blues"
        found = {text.get_position(): text.get_text() for text in ax.texts}
        assert found == {
            (column, row): str(counts[row][column]) for row in range(3) for column in range(3)
        }
        assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted class", "true class")
        for axis in (ax.xaxis, ax.yaxis):
            assert list(axis.get_ticklocs()) == [0, 1, 2]
            assert [tick.get_text() for tick in axis.get_ticklabels()] == ["a", "b", "c"]

    def test_class_that_never_occurs_keeps_its_row(self):
        assert len(plot_confusion_matrix([0, 1], [0, 1], NAMES).texts) == 100

    def test_numbers_stand_out(self):
        # Of class 0, k samples are predicted as class k.
        predicted_labels = np.repeat(np.arange(21), np.arange(21))
        ax = plot_confusion_matrix(np.zeros(len(predicted_labels), dtype=int), predicted_labels)
        picture = ax.images[0]
        for text, color in zip(ax.texts[:21], picture.to_rgba(picture.get_array()[0]), strict=True):
            lighter, darker = sorted([luminance(text.get_color()), luminance(color)], reverse=True)
            assert (lighter + 0.05) / (darker + 0.05) > 4


def reply(call, *arguments, **keywords):
    """Return the message with which a call refuses its arguments."""
    try:
        call(*arguments, **keywords)
    except (ValueError, IndexError) as error:
        return f"{type(error).__name__}: {error}"
    return "no error"


# Each: a change of the arguments (predictions, labels, images, names), and words of the message.
BAD_LABELS = {
    "one-hot labels": (lambda p, y, x, n: (p, np.eye(10)[y], x, n), "one-hot"),
    "column of labels": (lambda p, y, x, n: (p, y[:, None], x, n), r"\.ravel\(\)"),
    "row of labels": (lambda p, y, x, n: (p, y[None], x, n), "one whole number for each image"),
    "float labels": (lambda p, y, x, n: (p, y.astype(float), x, n), "whole numbers"),
    "negative label": (lambda p, y, x, n: (p, y.astype(int) - 1, x, n), "start at 0"),
    "text labels": (lambda p, y, x, n: (p, np.array(NAMES)[y], x, n), "dtype <U"),
    "fewer labels": (lambda p, y, x, n: (p, y[:-1], x, n), "same number"),
    "no sample": (lambda p, y, x, n: (p[:0], y[:0], x[:0], n), "empty"),
    "too few names": (lambda p, y, x, n: (p, y, x, n[:9]), "9 names"),
    "name in place of names": (lambda p, y, x, n: (p, y, x, "Bag"), "Expected a list"),
}
BAD_IMAGES = {
    "fewer images": (lambda p, y, x, n: (p, y, x[:-1], n), "same number"),
    "one image": (lambda p, y, x, n: (p[:1], y[:1], x[0], n), "one image"),
    "flat images": (lambda p, y, x, n: (p, y, x.reshape(N, 784), n), "flattened"),
    "colour": (lambda p, y, x, n: (p, y, np.stack([x] * 3, -1), n), "greyscale"),
    "NaN image": (lambda p, y, x, n: (p, y, x * np.nan, n), "that are NaN or infinite.$"),
}
BAD_PREDICTIONS = {
    "label too large": (lambda p, y, x, n: (p, y + 1, x, n), "class 10"),
    "logits": (lambda p, y, x, n: (p * 20 - 9, y, x, n), "logits"),
    "sums of 2": (lambda p, y, x, n: (p * 2, y, x, n), "logits"),
    "NaN": (lambda p, y, x, n: (p * np.nan, y, x, n), "the images contain such values too"),
    "classes for rows": (lambda p, y, x, n: (p.argmax(1), y, x, n), "class numbers"),
}
ALL = BAD_LABELS | BAD_IMAGES | BAD_PREDICTIONS
PLOTS = {
    "image": (lambda p, y, x, n: plot_image(0, p, y, x, n), ALL),
    "bars": (lambda p, y, x, n: plot_value_array(0, p, y, n), BAD_LABELS | BAD_PREDICTIONS),
    "samples": (lambda p, y, x, n: plot_samples(x, y, n), BAD_LABELS | BAD_IMAGES),
    "predictions": (plot_predictions, ALL),
    "mistakes": (plot_mistakes, ALL),
}


@pytest.mark.parametrize("name", PLOTS)
def test_bad_input(images, labels, predictions, name):
    plot, cases = PLOTS[name]
    for case, (change, words) in cases.items():
        message = reply(plot, *change(predictions, labels, images, NAMES))
        assert re.search(f"^ValueError: .*{words}", message), f"{case}: {message}"


def test_bad_positions_and_numbers(images, labels, predictions):
    arguments = predictions, labels, images
    for i in (N, -1, 1.0, None, "1", True):
        assert "IndexError: i is" in reply(plot_image, i, *arguments), i
        assert "IndexError: i is" in reply(plot_value_array, i, *arguments[:2]), i
    assert "i is 40, but there are 40" in reply(plot_predictions, *arguments, indices=[40])
    for indices in ([], range(16)):
        assert "expected 1 to 15" in reply(plot_predictions, *arguments, indices=indices), indices
    for number in (0, -1, 2.5, "3"):
        for name in ("rows", "columns"):
            wrong = {name: number}
            assert f"ValueError: {name} is {number!r}" in reply(
                plot_samples, images, labels, **wrong
            )
            assert f"ValueError: {name} is {number!r}" in reply(
                plot_predictions, *arguments, **wrong
            )
        assert f"ValueError: count is {number!r}" in reply(plot_mistakes, *arguments, count=number)


def test_bad_history():
    for history in (None, [1, 2], {"loss": [1.0]}, SimpleNamespace()):
        assert "write history = model.fit(" in reply(plot_history, history), history
    assert "no epoch" in reply(plot_history, SimpleNamespace(history={}))


REPAIR = re.compile(r"[Pp]ass ([\w.{}]+[.(\[].*?)\.[\"\n]")


def test_repair_in_a_message_repairs(images, labels, predictions, as_seen):
    """Do what each message says: the call is accepted, and draws what it should."""
    with quiet_start():
        import tensorflow as tf

    def names(labels):
        return captions(plot_samples(images, labels, NAMES))

    def table(labels_of_predictions):
        ax = plot_confusion_matrix(labels, labels_of_predictions, ax=plt.figure().add_subplot())
        return [text.get_text() for text in ax.texts]

    def percentages(predictions):
        return captions(plot_predictions(predictions, labels, images))

    def pixels(images):
        figure = plot_samples(images, labels[: len(images)])
        return [as_seen(ax).tolist() for ax in in_reading_order(figure)]

    # Each: the name that the message gives to the argument, a call, a wrong and a right argument.
    cases = [
        ("labels", names, np.eye(10)[labels], labels),
        ("labels", names, labels[:, np.newaxis], labels),
        ("labels", names, labels.astype(float), labels),
        ("predictions", table, predictions, PREDICTED),
        ("predictions", percentages, np.log(predictions + 1e-9) + 3, predictions),
        ("image", pixels, images[0], images[:1]),
        ("images", pixels, images.reshape(N, 784), images),
        ("images", pixels, images[0].ravel(), images[:1]),
    ]
    repairs = set()
    for name, call, wrong, right in cases:
        message = reply(call, wrong)
        (repair,) = REPAIR.findall(message + "\n")
        assert call(eval(repair, {"np": np, "tf": tf, name: wrong})) == call(right), message
        repairs.add(repair)
    source = Path(validation.__file__).read_text(encoding="utf-8")
    assert repairs == {text.replace("{name}", "labels") for text in REPAIR.findall(source)}


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
        for _ in range(6):  # four figures each: 24; Matplotlib warns from 21 on
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


# The fonts of two Matplotlib versions differ in pixels, so the layout is tested by positions.
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


def test_calls_of_the_tutorial(images, labels, predictions):
    """TensorFlow's tutorial "Basic classification" passes the one row of an image."""
    assert plot_image(0, predictions[0], labels, images).get_xlabel() == caption(0, range(10))
    plot_value_array(12, predictions[12], labels, ax=plt.figure().add_subplot())
    plt.xticks(range(10), NAMES, rotation=45)
    check_bars(plt.gca(), predictions[12], labels[12])
