"""The figures of the lessons show what the text promises.

Each figure cell (one with ``alt`` in its metadata) runs alone. Its lesson's function below makes
the variables that the cell uses, from random arrays: nothing in them is symmetric, and no two are
equal. FIGURES says what each cell has to draw: one dictionary for each axes, as `describe` returns
it, or the call of a plot from ``helpers``, which test_plotting.py tests.
"""

import inspect
import re
from functools import cache
from types import SimpleNamespace

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from PIL import Image

import helpers
from helpers import quiet_start
from helpers.course import NOTEBOOKS
from helpers.datasets import fashion_mnist, mnist
from helpers.own_digits import KINDS

RANDOM = np.random.default_rng(0)
NAMES = fashion_mnist.class_names
PROBES = [(x, y) for x in (-0.9, -0.3, 0.4, 0.8) for y in (-0.8, -0.2, 0.3, 0.9)]
PLOTS = [name for name in helpers.__all__ if name.startswith("plot_")]
CELLS = {
    path.stem: {cell.id: cell for cell in nbformat.read(path, as_version=4).cells}
    for path in NOTEBOOKS
}


def random_images(count):
    images = np.frombuffer(RANDOM.bytes(count * 784), dtype="uint8").reshape(count, 28, 28).copy()
    images[:, 3, 5], images[:, 9, 2] = 0, 255
    return images


def random_labels(count):
    return RANDOM.choice(10, count, p=np.arange(1, 11) / 55).astype("uint8")


def random_predictions(labels):
    """Return probabilities for samples of which the third is the first right one."""
    right = RANDOM.random(len(labels)) < 0.6
    right[:3] = False, False, True
    wrong_labels = (labels + RANDOM.integers(1, 10, len(labels))) % 10
    rows = RANDOM.dirichlet(np.full(10, 0.1), len(labels))
    for row, k in zip(rows, np.where(right, labels, wrong_labels), strict=True):
        largest = row.argmax()
        row[[largest, k]] = row[[k, largest]]
    return rows


def random_history(epochs):
    names = ("loss", "val_loss", "accuracy", "val_accuracy")
    return SimpleNamespace(history={name: RANDOM.random(epochs).tolist() for name in names})


@cache
def keras():
    with quiet_start():
        from tensorflow import keras
    return keras


@cache
def lesson_1():
    n = SimpleNamespace(class_names=NAMES, history=random_history(5))
    n.raw_train, n.raw_labels = random_images(60_000), random_labels(60_000)
    n.train_images, n.train_labels = random_images(10_050), random_labels(10_050)
    n.test_images, n.test_labels = random_images(2_000), random_labels(2_000)
    n.predictions = random_predictions(n.test_labels)
    n.predicted_labels = n.predictions.argmax(axis=1)
    n.moved_labels = random_labels(10_000)
    n.outputs, n.unit = RANDOM.random((2_000, 128)), 5
    return n


class FakeNet:
    """A network whose output rises in the direction of ``slope``."""

    def __init__(self, slope, weights):
        self.slope, self.weights = np.array(slope), weights

    def __call__(self, points):
        return SimpleNamespace(numpy=lambda: 0.55 + points @ self.slope)

    def get_weights(self):
        return self.weights


@cache
def lesson_2():
    n = SimpleNamespace(keras=keras(), history=random_history(10))
    n.raw_train, n.raw_labels = random_images(20), random_labels(20)
    n.x_train, n.y_train = random_images(20) / 255, random_labels(20)
    n.x_test, n.y_test = random_images(200), random_labels(200)
    n.predictions = random_predictions(n.y_test)
    n.points, n.within = RANDOM.uniform(-1, 1, (20, 2)), RANDOM.random(20) < 0.5
    n.nets = {
        name: FakeNet(slope, [RANDOM.normal(size=(2, 8)), RANDOM.normal(size=8), None, None])
        for name, slope in (("no activation", (0.3, -0.1)), ("relu", (-0.1, 0.2)))
    }
    n.nudge = lambda change: (2 + 0.3 * change + 0.2 * change**2, change > 1.25)

    def losses(images, optimizer="adam"):
        rate = 0.001 if optimizer == "adam" else float(optimizer.learning_rate)
        return None, [images.max(), rate, 3.5, 2.5]

    n.losses = losses
    return n


@cache
def lesson_3():
    n = SimpleNamespace(keras=keras(), class_names=NAMES, history=random_history(10), EPOCHS=10)
    n.raw_test, n.y_test = random_images(2_000), random_labels(2_000)
    n.x_test = n.raw_test[..., np.newaxis] / 255
    n.x_test[7:9, :, -4:] = 0
    n.y_test_hot = np.eye(10)[n.y_test]
    n.predictions = random_predictions(n.y_test)
    n.predicted_labels = n.predictions.argmax(axis=1)
    n.dense_labels = random_predictions(n.y_test).argmax(axis=1)
    n.class_gain = RANDOM.normal(size=10).tolist()
    n.image, n.by_hand = RANDOM.random((28, 28)), RANDOM.random((26, 26))
    n.by_layer = RANDOM.random((1, 26, 26, 1))
    n.x_train, n.y_train_hot, n.x_valid, n.y_valid_hot = RANDOM.random((4, 3))
    n.maps = {name: RANDOM.random((1, 28, 28, 64)) for name in ("new", "trained")}
    n.runs = {name: random_history(n.EPOCHS) for name in ("with", "without")}

    def fake_model(maps=None, run=None):
        return SimpleNamespace(
            get_layer={"conv_1": lambda images: maps}.get,
            fit=lambda *_, **__: run,
            evaluate=lambda *_, **__: [0.5, 0.9],
        )

    n.build_model = lambda: fake_model(n.maps["new"], n.runs["with"])
    n.build_without_dropout = lambda: fake_model(None, n.runs["without"])
    n.model = fake_model(n.maps["trained"])
    n.compile_model = lambda model: None

    def moved(images, pixels):
        result = np.zeros_like(images)
        result[:, :, pixels:] = images[:, :, : 28 - pixels]
        return result

    n.moved = moved
    return n


@cache
def lesson_4():
    n = SimpleNamespace(keras=keras(), history=random_history(5))
    n.long_history = random_history(30).history
    n.raw_train, n.raw_labels = random_images(20), random_labels(20)
    n.x_test, n.y_test = random_images(2_000).reshape(2_000, 784), random_labels(2_000)
    n.predictions = random_predictions(n.y_test)
    n.predicted_labels = n.predictions.argmax(axis=1)
    n.weights = RANDOM.normal(size=(784, 10))
    n.single_layer = SimpleNamespace(get_weights=lambda: [n.weights])
    accuracies = {2: RANDOM.random(8), 4: RANDOM.random(8)}
    n.seed_accuracies = accuracies.get
    return n


@cache
def lesson_5():
    n = SimpleNamespace(keras=keras(), mnist=mnist, Image=Image)
    n.raw_test, n.y_test = random_images(8), random_labels(8)
    n.x_train = random_images(3) / 255
    n.pictures = {kind: list(map(Image.fromarray, random_images(20))) for kind in KINDS}
    n.photos = n.pictures["photographed"]
    n.labels = {kind: random_labels(20) for kind in KINDS}
    n.pad = SimpleNamespace(image=np.zeros((280, 280), dtype="uint8"))
    n.DrawingPad = lambda predict=None: n.pad
    n.images, n.predictions = RANDOM.random((20, 28, 28)), random_predictions(random_labels(20))
    n.model = SimpleNamespace(predict=lambda images, verbose: n.predictions[: len(images)])
    n.changed = {name: RANDOM.random((2, 28, 28)) for name in ("as it is", "turned", "larger")}
    # The steps only have to be told apart.
    n.to_grey = lambda picture: np.asarray(picture) / 255
    n.resized = lambda array: array**2
    n.own_digits = SimpleNamespace(
        ink_to_light=lambda grey: 0.9 * grey,
        remove_paper=lambda light: 0.8 * light,
        crop=lambda ink: 0.6 * ink,
        to_1=lambda image: 0.5 * image,
    )
    n.crop = lambda image: image
    n.longer_side_20, n.centre_of_mass = lambda box: box**3, lambda digit: 0.2
    n.place = lambda digit, middle: digit * middle
    n.prepare_digit = lambda picture: np.asarray(picture)[::-1] / 255
    n.six = n.prepare_digit(n.pictures["drawn"][6])
    n.stretched_six = np.pad(np.array(Image.fromarray(n.six).resize((20, 20))), 4)
    n.ink, n.photo = RANDOM.random((28, 28)), n.pictures["photographed"][9]
    layers = [n.keras.layers.Reshape((28, 28, 1)), n.keras.layers.Rescaling(0.5)]
    n.SEED, n.augment_part = 42, lambda: layers
    n.moves, (n.moved_acc, n.cnn_acc, n.augmented_acc) = range(7), RANDOM.random((3, 7))
    n.others, n.others_predictions = RANDOM.random((4, 28, 28)), n.predictions[:4]
    return n


def image(pixels, cmap, limits=None, **facts):
    limits = limits or (pixels.min(), pixels.max())
    return {"image": pixels, "cmap": cmap, "limits": limits, **facts}


def curve(label, style, values, x=None):
    return label, style, range(1, len(values) + 1) if x is None else x, values


def two_curves(history):
    return [
        curve("training", "o-", history["loss"]),
        curve("validation", "s--", history["val_loss"]),
    ]


def activations(**functions):
    x = np.linspace(-4, 4, 201)
    styles = zip(functions.items(), ("-", "--"), strict=True)
    lines = [curve(name, style, function(x), x) for (name, function), style in styles]
    return {"xlabel": "input", "ylabel": "output", "lines": lines}


def region(n, name, *folds):
    """Points inside and outside a circle, over the region that a network takes for the inside."""
    inside, outside = n.points[n.within].T, n.points[~n.within].T
    lines = [curve("", "o", inside[1], inside[0]), curve("", "x", outside[1], outside[0])]
    filled = [0.55 + np.dot(point, n.nets[name].slope) > 0.5 for point in PROBES]
    return {"title": name, "lines": [*lines, *folds], "filled": filled}


def folds(n):
    """The lines on which a hidden unit begins to rise: x a + y b + bias is 0."""
    x, (weights, bias, *_) = np.linspace(-1, 1, 101), n.nets["relu"].weights
    return [
        curve("", "--", [-(a * k + c) / b for k in x], x)
        for a, b, c in zip(*weights, bias, strict=True)
    ]


def curves_of_a_weight(n):
    x = np.linspace(-3, 3, 301)
    loss, accuracy = zip(*map(n.nudge, x), strict=True)
    both = {"xlabel": "change of the weight"}
    tangent = curve("tangent at 0", "--", 2 + 0.3 * x, x)
    return [
        {"title": "loss", "lines": [curve("loss", "-", loss, x), tangent], **both},
        {"title": "accuracy", "lines": [curve("", "-", accuracy, x)], **both},
    ]


def bars(values, names, **facts):
    return {"bars": list(zip(names, values, strict=True)), **facts}


FIGURES = {
    "01_basic_classification": {
        "look-more": lambda n: [
            image(n.raw_train[i], "viridis", (0, 255), title=NAMES[n.raw_labels[i]], **bar)
            for i, bar in ((0, {}), (30_000, {}), (59_999, {"colour_bar": (0, 255)}))
        ],
        "samples": ["plot_samples(train_images, train_labels, class_names)"],
        "history": ["plot_history(history)"],
        "one-right": [
            "plot_image(2, predictions, test_labels, test_images, class_names)",
            "plot_value_array(2, predictions, test_labels, class_names)",
        ],
        "one-wrong": [
            "plot_image(0, predictions, test_labels, test_images, class_names)",
            "plot_value_array(0, predictions, test_labels, class_names)",
        ],
        "grid": ["plot_predictions(predictions, test_labels, test_images, class_names)"],
        "unit-classes": lambda n: [
            bars(
                [n.outputs[n.test_labels == k].mean(axis=0)[n.unit] for k in range(10)],
                NAMES,
                ylabel="mean output of the unit",
            )
        ],
        "confusion": ["plot_confusion_matrix(test_labels, predicted_labels, class_names)"],
        "mistakes": ["plot_mistakes(predictions, test_labels, test_images, class_names)"],
        "break-labels-look": [
            "plot_samples(train_images[:10_000], moved_labels, class_names, rows=1)"
        ],
    },
    "02_deep_mlp": {
        "gallery": ["plot_samples(raw_train, raw_labels, rows=3, columns=5)"],
        "activations": lambda n: [
            activations(sigmoid=lambda x: 1 / (1 + np.exp(-x)), tanh=np.tanh),
            activations(
                relu=lambda x: np.where(x > 0, x, 0),
                leaky_relu=lambda x: np.where(x > 0, x, 0.2 * x),
            ),
        ],
        "regions": lambda n: [region(n, "no activation"), region(n, "relu", *folds(n))],
        "curves": curves_of_a_weight,
        "history": ["plot_history(history)"],
        "grid": ["plot_predictions(predictions, y_test, x_test, rows=2, columns=3)"],
        "mistakes": ["plot_mistakes(predictions, y_test, x_test)"],
        "confusion": ["plot_confusion_matrix(y_test, np.argmax(predictions, axis=1))"],
        "break-train break-plot": lambda n: [
            {
                "lines": [
                    curve("correct", "o-", [1, 0.001, 3.5, 2.5]),
                    curve("not scaled", "s--", [255, 0.001, 3.5, 2.5]),
                    curve("learning rate 0.3", "^:", [1, 0.3, 3.5, 2.5]),
                    curve("", "-", [np.log(10), np.log(10)], [0, 1]),
                ],
                "xlabel": "epoch",
                "ylabel": "training loss (logarithmic)",
                "yscale": "log",
            }
        ],
    },
    "03_cnn_dropout": {
        "look-image": lambda n: [image(n.raw_test[0], "gray", title=NAMES[n.y_test[0]])],
        "convolution-picture": lambda n: [
            image(n.image, "gray", title="the image"),
            image(n.by_hand, "gray", title="after the filter"),
        ],
        "pooling": lambda n: [
            image(n.by_layer[0, :, :, 0], "gray", title="26 x 26"),
            image(largest_of_four(n.by_layer[0, :, :, 0]), "gray", title="13 x 13"),
        ],
        "history": ["plot_history(history)"],
        "feature-maps": lambda n: [
            image(n.maps[row][0, :, :, k], "gray", **({} if k else {"ylabel": row}))
            for row in ("new", "trained")
            for k in range(4)
        ],
        "grid": ["plot_predictions(predictions, y_test, x_test, class_names)"],
        "mistakes": ["plot_mistakes(predictions, y_test, x_test, class_names)"],
        "confusion": ["plot_confusion_matrix(y_test, predicted_labels, class_names)"],
        "moved-images": lambda n: [
            image(n.moved(n.x_test[7:8], k)[0, :, :, 0], "gray", title=f"{k} pixels")
            for k in (0, 2, 4)
        ],
        "gain-picture": lambda n: [
            bars(
                n.class_gain,
                NAMES,
                inverted="y",
                lines=[curve("", "-", [0, 1], [0, 0])],
                xlabel="gain in correct predictions, in % of the class",
            )
        ],
        "break-train break-plot": lambda n: [
            {
                "lines": two_curves(n.runs[name].history),
                "title": f"{name} dropout",
                "xlabel": "epoch",
                "ylabel": "loss",
            }
            for name in ("with", "without")
        ],
    },
    "04_one_hot_labels": {
        "samples": ["plot_samples(raw_train, raw_labels, rows=2, columns=5)"],
        "one-hot-picture": lambda n: [
            bars(
                [0, 0, 1, 0, 0, 0, 0, 0, 0, 0],
                "0123456789",
                title="a label: class 2",
                xlabel="class",
                ylabel="probability",
            ),
            bars(
                [0.02, 0.01, 0.7, 0.05, 0.02, 0.02, 0.03, 0.1, 0.03, 0.02],
                "0123456789",
                title="an output (an example)",
                xlabel="class",
            ),
        ],
        "history": ["plot_history(history)"],
        "few-many-plot": lambda n: [
            {"lines": two_curves(n.long_history), "xlabel": "epoch", "ylabel": "loss"}
        ],
        "templates": lambda n: [
            image(n.weights[:, k].reshape(28, 28), "RdBu", (-0.6, 0.6), title=f"for {k}")
            for k in range(10)
        ],
        "mistakes": ["plot_mistakes(predictions, y_test, x_test.reshape(-1, 28, 28), count=8)"],
        "seeds-picture": lambda n: [
            {
                "lines": [
                    line
                    for lesson in (2, 4)
                    for line in (
                        curve("", "o", [lesson] * 8, n.seed_accuracies(lesson)),
                        curve("", "|", [lesson], [n.seed_accuracies(lesson).mean()]),
                    )
                ],
                "xlabel": "test accuracy",
                "ylabel": "lesson",
            }
        ],
    },
    "05_your_own_digit": {
        "look-both": [
            "plot_pictures([*raw_test[:5], *pictures['photographed'][:5]], "
            "[*y_test[:5], *labels['photographed'][:5]])"
        ],
        # test_drawing_pad.py tests what they show.
        "pad": [],
        "live-pad": [],
        "pad-answer": [
            "plot_image(0, predictions[:1], [7], [resized(to_grey(pictures['drawn'][7]))], "
            "cmap='gray')",
            "plot_value_array(0, predictions[:1], [7], list('0123456789'))",
        ],
        "wrong-photos": [
            "plot_pictures([resized(to_grey(photo)) for photo in photos[:10]], "
            "[f'{true} read as {row.argmax()}' for true, row in "
            "zip(labels['photographed'][:10], predictions)])"
        ],
        "changed-picture": [
            "plot_pictures([changed[name][0] for name in changed], changed, columns=3)"
        ],
        "paper-picture": [
            "plot_pictures([photos[9], *(x * to_grey(photos[9]) for x in (1, 0.9, 0.72))], "
            "['photograph', 'grey', 'ink to light', 'paper to 0'], columns=4)"
        ],
        "fit-picture": [
            "plot_pictures([0.6 * ink, *(x * (0.6 * ink) ** 3 for x in (1, 0.2, 0.1))], "
            "['crop', 'longer side 20', 'centre of mass', 'values to 1'], columns=4)"
        ],
        "ones": [
            "plot_pictures([prepare_digit(pictures[kind][11]) for kind in pictures], "
            "[f'1 read as {row.argmax()}' for row in predictions[:3]])"
        ],
        "augment-picture": ["plot_pictures(0.5 * x_train[[0] * 5], range(1, 6))"],
        "shift-curves": lambda n: [
            {
                "lines": [
                    curve("dense network", "o-", n.moved_acc, range(7)),
                    curve("convolutional network", "^:", n.cnn_acc, range(7)),
                    curve("dense, trained on moved digits", "s--", n.augmented_acc, range(7)),
                ],
                "xlabel": "move to the right, in pixels",
                "ylabel": "test accuracy",
            }
        ],
        "others-picture": lambda n: [
            *(image(pixels, "gray", (0, 1)) for pixels in n.others),
            *(bars(row, "0123456789") for row in n.others_predictions),
        ],
        "exercise-3-images": [
            "plot_pictures([1 - six, np.roll(six, (-3, -5), axis=(0, 1)), "
            "stretched_six, 0.4 + 0.6 * six], 'abcd', columns=4)"
        ],
    },
}
VARIABLES = {
    "01_basic_classification": lesson_1,
    "02_deep_mlp": lesson_2,
    "03_cnn_dropout": lesson_3,
    "04_one_hot_labels": lesson_4,
    "05_your_own_digit": lesson_5,
}


def largest_of_four(pixels):
    rows, columns = np.array(pixels.shape) // 2
    return np.array(
        [
            [pixels[2 * r : 2 * r + 2, 2 * c : 2 * c + 2].max() for c in range(columns)]
            for r in range(rows)
        ]
    )


def look(line):
    marker = line.get_marker()
    return (marker + line.get_linestyle()).replace("None", ""), line.get_color()


def lines(ax):
    """Return label, style, x and y of each line; the label is the one that its legend shows."""
    labels = {}
    if legend := ax.get_legend():
        texts = [text.get_text() for text in legend.get_texts()]
        labels = dict(zip(map(look, legend.legend_handles), texts, strict=True))
    return [
        (labels.get(look(line), ""), look(line)[0], line.get_xdata(), line.get_ydata())
        for line in ax.lines
    ]


def named_bars(ax):
    """Return the text at the foot of each bar, and its length."""
    found = []
    for container in ax.containers:
        horizontal = container.orientation == "horizontal"
        axis = ax.yaxis if horizontal else ax.xaxis
        texts = [label.get_text() for label in axis.get_ticklabels()]
        ticks = dict(zip(axis.get_ticklocs(), texts, strict=True))
        for bar in container:
            x, y = bar.get_center()
            length = bar.get_width() if horizontal else bar.get_height()
            found.append((ticks[round(y if horizontal else x, 9)], length))
    return found


def filled(ax):
    """Say for each probe whether it lies in the region that ``contourf`` has filled."""
    areas = [area for area in ax.collections if getattr(area, "filled", False)]
    return [area.get_paths()[0].contains_point(probe) for area in areas for probe in PROBES]


def describe(ax, as_seen):
    """Return what an axes shows; what is empty or usual is left out."""
    facts = {"title": ax.get_title(), "xlabel": ax.get_xlabel(), "ylabel": ax.get_ylabel()}
    facts |= {"lines": lines(ax), "bars": named_bars(ax), "filled": filled(ax)}
    if not ax.images:
        axes = {"x": ax.xaxis, "y": ax.yaxis}
        facts["inverted"] = "".join(name for name, axis in axes.items() if axis.get_inverted())
        facts["yscale"] = ax.get_yscale().removeprefix("linear")
        return {name: fact for name, fact in facts.items() if fact}
    (picture,) = ax.images
    facts["colour_bar"] = picture.colorbar and picture.colorbar.ax.get_ylim()
    facts = {name: fact for name, fact in facts.items() if fact}
    return facts | image(as_seen(ax), picture.get_cmap().name, picture.get_clim())


def assert_same(found, expected, place=""):
    if isinstance(expected, dict):
        assert set(found) == set(expected), place
        for key in expected:
            assert_same(found[key], expected[key], f"{place} {key}")
    elif isinstance(expected, (list, tuple)) and not isinstance(found, np.ndarray):
        assert len(found) == len(expected), place
        for k, pair in enumerate(zip(found, expected, strict=True)):
            assert_same(*pair, f"{place} {k}")
    elif isinstance(expected, (str, SimpleNamespace)) or expected is None:
        assert found == expected, place
    elif not np.array_equal(found, expected):  # fast, for 47 million pixels
        np.testing.assert_allclose(found, expected, atol=1e-6, err_msg=place)


def recorder(name, calls):
    signature = inspect.signature(getattr(helpers, name))

    def record(*arguments, **keywords):
        bound = signature.bind(*arguments, **keywords)
        bound.apply_defaults()
        calls.append({"plot": name, **bound.arguments})

    return record


def run(lesson, cells, calls=None):
    """Run cells of a lesson with its variables, and return the variables."""
    names = {"np": np, "plt": plt, **vars(VARIABLES[lesson]())}
    names |= {name: recorder(name, calls) for name in PLOTS}
    for cell in cells.split():
        exec(CELLS[lesson][cell].source, names)
    return names


def test_each_figure_is_described():
    found = {
        lesson: {name for name, cell in cells.items() if cell.metadata.get("alt")}
        for lesson, cells in CELLS.items()
    }
    described = {lesson: {cells.split()[-1] for cells in FIGURES[lesson]} for lesson in FIGURES}
    assert {lesson: found[lesson] for lesson in FIGURES} == described


@pytest.mark.parametrize(
    ("lesson", "cells"), [(lesson, cells) for lesson in FIGURES for cells in FIGURES[lesson]]
)
def test_figure(lesson, cells, as_seen, monkeypatch):
    monkeypatch.setattr(plt, "show", lambda: None)
    calls, expected_calls = [], []
    names = run(lesson, cells, calls)
    described = []
    for figure in map(plt.figure, plt.get_fignums()):
        figure.canvas.draw()
        axes = [ax for ax in figure.axes if ax.get_label() != "<colorbar>"]
        axes.sort(key=lambda ax: ax.get_subplotspec().num1)
        described += filter(None, (describe(ax, as_seen) for ax in axes))
    expected = FIGURES[lesson][cells]
    if callable(expected):
        assert_same(described, expected(VARIABLES[lesson]()))
    else:
        names |= {name: recorder(name, expected_calls) for name in PLOTS}
        for call in expected:
            exec(call, names)
        assert described == []
    assert_same(calls, expected_calls)


def test_fraction_of_mistakes_among_tops(capsys):
    n = lesson_1()
    tops = {"T-shirt/top", "Pullover", "Coat", "Shirt"}
    pairs = [(a, b) for a, b in zip(n.test_labels, n.predicted_labels, strict=True) if a != b]
    among_tops = [(a, b) for a, b in pairs if {NAMES[a], NAMES[b]} <= tops]
    expected = len(among_tops) / len(pairs)
    assert run("01_basic_classification", "tops")["fraction"] == expected
    assert capsys.readouterr().out == f"{expected:.0%} of all mistakes\n"


@pytest.mark.parametrize(
    ("lesson", "labels", "limits", "digits"),
    [
        ("01_basic_classification", "test_labels", [0, 0.5, 0.7, 0.9, 0.99, 1.01], 3),
        ("04_one_hot_labels", "y_test", [0, 0.5, 0.7, 0.9, 1.01], 2),
    ],
)
def test_groups_by_confidence(lesson, labels, limits, digits, capsys):
    names = run(lesson, "confidence-groups")
    found = [re.findall(r"[\d.]+", line) for line in capsys.readouterr().out.splitlines()]
    samples = list(zip(names["predictions"], names[labels], strict=True))
    for numbers, low, high in zip(found, limits[:-1], limits[1:], strict=True):
        group = [(max(row), row.argmax() == k) for row, k in samples if low <= max(row) < high]
        confidence, correct = np.mean(group, axis=0)
        assert numbers == [str(len(group)), f"{confidence:.{digits}f}", f"{correct:.{digits}f}"]


def test_gain_of_each_class():
    n = lesson_3()
    expected = []
    for k in range(10):
        (members,) = np.nonzero(n.y_test == k)
        correct = sum(n.predicted_labels[i] == k for i in members)
        dense_correct = sum(n.dense_labels[i] == k for i in members)
        expected.append(100 * (correct - dense_correct) / len(members))
    np.testing.assert_allclose(run("03_cnn_dropout", "gain")["class_gain"], expected)


def test_filter_subtracts_the_upper_row_from_the_lower_row():
    rows = lesson_3().x_test[0, :, :, 0]
    sums = rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]
    by_hand = run("03_cnn_dropout", "convolution-by-hand")["by_hand"]
    np.testing.assert_allclose(by_hand, sums[2:] - sums[:-2], atol=1e-6)
