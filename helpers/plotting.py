"""The plots of the lessons.

A function that fills one axes draws on ``ax`` (``None``: the current axes) and
returns it. A function that lays out several axes makes its own figure and returns
it: as the last line of a cell, it shows. Such a figure is not registered with
``matplotlib.pyplot``, so that a loop of many calls keeps no figure open.

``plot_image`` and ``plot_value_array`` are called as in TensorFlow's tutorial
"Basic classification: Classify images of clothing"
(https://www.tensorflow.org/tutorials/keras/classification).
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import MaxNLocator

from helpers import validation

# Blue and vermilion of Okabe and Ito's palette for all kinds of colour vision
# (https://jfly.uni-koeln.de/color/): (right, wrong).
RIGHT_WRONG = ("#0072B2", "#D55E00")
GREY = "#777777"


def _own_figure(width, height, **kwargs):
    """Make a figure that the notebook's backend can show and pyplot does not keep."""
    with plt.ioff():
        figure = plt.figure(figsize=(width, height), **kwargs)
    plt.close(figure)
    return figure


def _draw_pixels(ax, image, imshow_kwargs):
    ax.set(xticks=[], yticks=[])
    ax.imshow(image, **{"cmap": "binary", **imshow_kwargs})


def _row_and_label(i, predictions_array, true_label):
    """Return the probabilities of image ``i``, ``(classes,)``, and its label."""
    labels = validation.check_labels(true_label, "true_label")
    validation.check_index(i, len(labels))
    predictions = np.asarray(predictions_array)
    if predictions.ndim == 2 and len(predictions) > 1:
        validation.check_same_length(predictions_array=predictions, true_label=labels)
        predictions = predictions[i]
    row = validation.check_predictions(predictions, "predictions_array")[0]
    validation.check_label_range(labels, len(row), "true_label")
    return row, int(labels[i])


def _caption(row, label, names):
    """Name the prediction and the truth; the mark says right or wrong without colour."""
    predicted = int(np.argmax(row))
    mark = "✓" if predicted == label else "✗"
    return f"{mark} {names[predicted]} {100 * row[predicted]:.0f}%\n({names[label]})"


def _draw_captioned(ax, row, label, image, names, *, loc="center", **imshow_kwargs):
    _draw_pixels(ax, image, imshow_kwargs)
    right, wrong = RIGHT_WRONG
    color = right if np.argmax(row) == label else wrong
    ax.set_xlabel(_caption(row, label, names), color=color, loc=loc)


def _draw_bars(ax, row, label):
    right, wrong = RIGHT_WRONG
    ax.set(xticks=[], yticks=[], ylim=(0, 1))
    bars = ax.bar(range(len(row)), row, color=GREY)
    predicted = int(np.argmax(row))
    if predicted != label:
        bars[predicted].set(facecolor="white", edgecolor=wrong, hatch="/////")
    bars[label].set_color(right)


def plot_image(
    i,
    predictions_array,
    true_label,
    img,
    class_names=None,
    *,
    ax=None,
    **imshow_kwargs,
):
    r"""Draw image ``i`` with the predicted class, its probability and the true class.

    Parameters
    ----------
    i : int
        The position of the image in ``true_label`` and ``img``.
    predictions_array : array_like of float, shape (N, classes) or (classes,)
        All predictions, or the one row of image ``i``; each row sums to 1. A
        prediction of one image, ``(1, classes)``, counts as its row.
    true_label : array_like of int, shape (N,)
        The labels of all images.
    img : array_like, shape (N, 28, 28) or (N, 28, 28, 1)
        All images, uint8 or float.
    class_names : sequence of str, optional
        A name for each class. Without it, the caption has class numbers.
    ax : matplotlib.axes.Axes, optional
        Where to draw; the current axes by default.
    **imshow_kwargs
        Passed on to ``Axes.imshow``.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        One-hot labels, logits, NaN, lengths that differ, too few names.
    IndexError
        ``i`` is not the position of an image.

    Examples
    --------
    >>> images, labels = np.zeros((2, 28, 28)), np.array([0, 1])
    >>> predictions = np.array([[0.9, 0.1], [0.8, 0.2]])
    >>> plot_image(1, predictions, labels, images, ["bag", "coat"]).get_xlabel()
    '✗ bag 80%\n(coat)'
    """
    row, label = _row_and_label(i, predictions_array, true_label)
    images = np.asarray(img)
    # One image at a time: checking all 10,000 in each call of a loop would be slow.
    if images.ndim in (3, 4):
        validation.check_same_length(img=images, true_label=true_label)
        images = images[[i]]
    image = validation.check_images(images, "img")[0]
    names = validation.check_class_names(class_names, len(row))
    ax = plt.gca() if ax is None else ax
    _draw_captioned(ax, row, label, image, names, **imshow_kwargs)
    return ax


def plot_value_array(i, predictions_array, true_label, class_names=None, *, ax=None):
    """Draw the probability of each class for image ``i`` as bars.

    The bar of the true class is blue. If the prediction is wrong, the bar of the
    predicted class is hatched in vermilion.

    Parameters
    ----------
    i : int
        The position of the image in ``true_label``.
    predictions_array : array_like of float, shape (N, classes) or (classes,)
        All predictions, or the one row of image ``i``; each row sums to 1. A
        prediction of one image, ``(1, classes)``, counts as its row: for the
        prediction of image 7 call ``plot_value_array(7, predictions_single, labels)``.
    true_label : array_like of int, shape (N,)
        The labels of all images.
    class_names : sequence of str, optional
        A name for each class, written under its bar. Without it, the axis is bare.
    ax : matplotlib.axes.Axes, optional
        Where to draw; the current axes by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        One-hot labels, logits, NaN, lengths that differ, too few names.
    IndexError
        ``i`` is not the position of an image.

    Examples
    --------
    >>> ax = plot_value_array(0, np.array([[0.9, 0.1]]), np.array([0]), ["bag", "coat"])
    >>> [tick.get_text() for tick in ax.get_xticklabels()]
    ['bag', 'coat']
    """
    row, label = _row_and_label(i, predictions_array, true_label)
    names = validation.check_class_names(class_names, len(row))
    ax = plt.gca() if ax is None else ax
    _draw_bars(ax, row, label)
    if class_names is not None:
        _name_ticks(ax, names[: len(row)])
        ax.set(ylabel="probability", yticks=[0, 0.5, 1])
    return ax


def _name_ticks(ax, names):
    turned = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}
    long = max(map(len, names)) > 2
    ax.set_xticks(range(len(names)), names, **(turned if long else {}))


def plot_samples(images, labels, class_names=None, *, rows=5, columns=5):
    """Draw the first ``rows * columns`` images, each with its class under it.

    Parameters
    ----------
    images : array_like, shape (N, 28, 28) or (N, 28, 28, 1)
        The images, uint8 or float.
    labels : array_like of int, shape (N,)
        The class of each image.
    class_names : sequence of str, optional
        A name for each class; class numbers without it.
    rows, columns : int
        The layout. With fewer images, the last places stay empty.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        One-hot labels, NaN, lengths that differ, an empty array, too few names.

    Examples
    --------
    >>> figure = plot_samples(np.zeros((3, 28, 28)), [0, 1, 0], ["bag", "coat"], rows=1)
    >>> [ax.get_xlabel() for ax in figure.axes]
    ['bag', 'coat', 'bag']
    """
    labels = validation.check_labels(labels, "labels")
    images = _image_array(images)
    validation.check_same_length(images=images, labels=labels)
    _check_positive(rows=rows, columns=columns)
    count = rows * columns
    images, labels = validation.check_images(images[:count]), labels[:count]
    names = validation.check_class_names(class_names, labels.max() + 1)
    figure = _own_figure(1.0 * columns, 1.2 * rows)
    figure.subplots_adjust(left=0, right=1, bottom=0, top=1, wspace=0.1, hspace=0.3)
    for place, (image, label) in enumerate(zip(images, labels, strict=True), start=1):
        ax = figure.add_subplot(rows, columns, place)
        _draw_pixels(ax, image, {})
        ax.set_xlabel(names[label])
    return figure


def plot_pictures(pictures, titles, *, columns=5):
    """Draw pictures of any size, each with its title: 0 is black, as in the array.

    Parameters
    ----------
    pictures : sequence of PIL.Image.Image or array_like
        Grey, ``(height, width)``, or in colour, ``(height, width, 3)``; uint8 from 0 to
        255, or float from 0 to 1.
    titles : sequence
        One for each picture, such as its label.
    columns : int
        How many beside each other.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        No picture, another number of titles, or what is not one picture.

    Examples
    --------
    >>> figure = plot_pictures([np.zeros((28, 28)), np.ones((9, 7, 3))], ["grey", "colour"])
    >>> [ax.get_title() for ax in figure.axes]
    ['grey', 'colour']
    """
    arrays, titles = [np.asarray(picture) for picture in pictures], list(titles)
    validation.check_same_length(pictures=arrays, titles=titles)
    _check_positive(columns=columns, pictures=len(arrays))
    for position, array in enumerate(arrays):
        if array.ndim != 2 and array.shape[2:] != (3,):
            raise ValueError(
                f"pictures[{position}] has shape {array.shape}. Expected (height, width), or "
                "(height, width, 3) for a picture in colour."
            )
    rows = -(-len(arrays) // columns)
    figure = _own_figure(5.4, rows * (5.4 / columns + 0.25), layout="constrained")
    for place, (array, title) in enumerate(zip(arrays, titles, strict=True), start=1):
        ax = figure.add_subplot(rows, columns, place)
        limit = 255 if array.dtype == "uint8" else 1
        _draw_pixels(ax, array, {"cmap": "gray", "vmin": 0, "vmax": limit})
        ax.set_title(title, fontsize=10)
    return figure


def _check_positive(**counts):
    for name, count in counts.items():
        if not isinstance(count, (int, np.integer)) or count < 1:
            raise ValueError(f"{name} is {count!r}, expected a whole number from 1 up.")


def _image_array(images):
    """Return images as an array; their values are checked when they are drawn."""
    images = np.asarray(images)
    if images.ndim < 3:
        validation.check_images(images)
    return images


def _check_predicted_images(predictions, true_labels, images):
    """Return predictions, labels and images of the same samples, as arrays."""
    predictions = validation.check_predictions(predictions)
    labels = validation.check_labels(true_labels)
    images = _image_array(images)
    validation.check_same_length(predictions=predictions, true_labels=labels, images=images)
    validation.check_label_range(labels, predictions.shape[1])
    return predictions, labels, images


def plot_predictions(
    predictions,
    true_labels,
    images,
    class_names=None,
    *,
    rows=5,
    columns=3,
    indices=None,
):
    r"""Draw images in a grid, each with its caption and the bars of its probabilities.

    Parameters
    ----------
    predictions : array_like of float, shape (N, classes)
        The probabilities; each row sums to 1.
    true_labels : array_like of int, shape (N,)
        The true class of each image.
    images : array_like, shape (N, 28, 28) or (N, 28, 28, 1)
        The images, uint8 or float.
    class_names : sequence of str, optional
        A name for each class; class numbers without it.
    rows, columns : int
        The layout. With fewer images, the last places stay empty.
    indices : sequence of int, optional
        The positions of the images to draw; the first ``rows * columns`` by default.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        One-hot labels, logits, NaN, lengths that differ, an empty array, more
        indices than places, too few names.
    IndexError
        An index is not the position of an image.

    Examples
    --------
    >>> predictions, labels = np.array([[0.9, 0.1], [0.8, 0.2]]), np.array([0, 1])
    >>> figure = plot_predictions(predictions, labels, np.zeros((2, 28, 28)), indices=[1])
    >>> figure.axes[0].get_xlabel()
    '✗ 0 80%\n(1)'
    """
    predictions, labels, images = _check_predicted_images(predictions, true_labels, images)
    names = validation.check_class_names(class_names, predictions.shape[1])
    _check_positive(rows=rows, columns=columns)
    count = rows * columns
    if indices is None:
        indices = range(min(count, len(labels)))
    indices = list(indices)
    if not 0 < len(indices) <= count:
        raise ValueError(
            f"indices has {len(indices)} positions, expected 1 to {count} "
            f"({rows} rows of {columns})."
        )
    for i in indices:
        validation.check_index(i, len(labels))
    images_to_draw = validation.check_images(images[indices])
    figure = _own_figure(1.7 * columns, 1.3 * rows)
    figure.subplots_adjust(left=0, right=1, bottom=0, top=1, wspace=0.1, hspace=0.7)
    for place, (i, image) in enumerate(zip(indices, images_to_draw, strict=True)):
        left = figure.add_subplot(rows, 2 * columns, 2 * place + 1)
        # From the left edge on, a long caption lies under its own bars, not under others.
        _draw_captioned(left, predictions[i], labels[i], image, names, loc="left")
        right = figure.add_subplot(rows, 2 * columns, 2 * place + 2)
        _draw_bars(right, predictions[i], labels[i])
    return figure


def plot_mistakes(predictions, true_labels, images, class_names=None, *, count=12):
    r"""Draw the wrong predictions, those with the highest probability first.

    Parameters
    ----------
    predictions : array_like of float, shape (N, classes)
        The probabilities; each row sums to 1.
    true_labels : array_like of int, shape (N,)
        The true class of each image.
    images : array_like, shape (N, 28, 28) or (N, 28, 28, 1)
        The images, uint8 or float.
    class_names : sequence of str, optional
        A name for each class; class numbers without it.
    count : int
        How many at most.

    Returns
    -------
    matplotlib.figure.Figure
        One axes for each mistake; if there is none, a figure that says so.

    Raises
    ------
    ValueError
        One-hot labels, logits, NaN, lengths that differ, an empty array, too few
        names.

    Examples
    --------
    >>> predictions, labels = np.array([[0.9, 0.1], [0.8, 0.2]]), np.array([0, 1])
    >>> figure = plot_mistakes(predictions, labels, np.zeros((2, 28, 28)), ["bag", "coat"])
    >>> [ax.get_xlabel() for ax in figure.axes]
    ['✗ bag 80%\n(coat)']
    """
    predictions, labels, images = _check_predicted_images(predictions, true_labels, images)
    names = validation.check_class_names(class_names, predictions.shape[1])
    _check_positive(count=count)
    wrong = np.flatnonzero(predictions.argmax(axis=1) != labels)
    confidence = predictions[wrong].max(axis=1)
    most_confident = wrong[np.argsort(-confidence, kind="stable")][:count]
    columns = min(4, max(len(most_confident), 1))
    rows = max(-(-len(most_confident) // columns), 1)
    figure = _own_figure(1.26 * columns, 1.55 * rows)
    figure.subplots_adjust(left=0, right=1, bottom=0, top=1, wspace=0.3, hspace=0.5)
    if not len(most_confident):
        figure.text(0.5, 0.5, f"No mistake in {len(labels):,} images", ha="center")
        return figure
    images_to_draw = validation.check_images(images[most_confident])
    for place, (i, image) in enumerate(zip(most_confident, images_to_draw, strict=True), start=1):
        ax = figure.add_subplot(rows, columns, place)
        _draw_captioned(ax, predictions[i], labels[i], image, names)
    return figure


def plot_history(history):
    """Draw how loss and metrics changed from epoch to epoch.

    Parameters
    ----------
    history : keras.callbacks.History
        What ``model.fit`` returns. Validation curves are drawn if there are any.

    Returns
    -------
    matplotlib.figure.Figure
        One axes for the loss, and one for each metric.

    Raises
    ------
    ValueError
        Not the return value of ``model.fit``, or no epoch in it.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> history = SimpleNamespace(history={"loss": [0.9, 0.5], "accuracy": [0.6, 0.8]})
    >>> [ax.get_ylabel() for ax in plot_history(history).axes]
    ['loss', 'accuracy']
    """
    curves = getattr(history, "history", None)
    if not isinstance(curves, dict):
        raise ValueError(
            f"history is of type {type(history).__name__}, expected what model.fit() returns: "
            "write history = model.fit(...), then plot_history(history)."
        )
    if not curves.get("loss"):
        raise ValueError("history has no epoch: model.fit() has not run to the end of one.")
    names = [name for name in curves if not name.startswith("val_") and name != "learning_rate"]
    names.sort(key=lambda name: name != "loss")
    figure = _own_figure(2.6 * len(names), 2.7, layout="constrained")
    for place, name in enumerate(names, start=1):
        ax = figure.add_subplot(1, len(names), place)
        epochs = range(1, len(curves[name]) + 1)
        ax.plot(epochs, curves[name], "o-", color=RIGHT_WRONG[0], label="training")
        if f"val_{name}" in curves:
            ax.plot(epochs, curves[f"val_{name}"], "s--", color=RIGHT_WRONG[1], label="validation")
        ax.set(xlabel="epoch", ylabel=name)
        ax.xaxis.set_major_locator(MaxNLocator(5, integer=True, min_n_ticks=1, steps=[1, 2, 5, 10]))
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure


def plot_confusion_matrix(true_labels, predicted_labels, class_names=None, *, ax=None):
    """Draw how often each true class (row) was predicted as each class (column).

    Parameters
    ----------
    true_labels : array_like of int, shape (N,)
        The true class of each sample.
    predicted_labels : array_like of int, shape (N,)
        The predicted class of each sample: ``np.argmax(predictions, axis=1)``.
    class_names : sequence of str, optional
        A name for each class; class numbers without it.
    ax : matplotlib.axes.Axes, optional
        Where to draw; the current axes by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        One-hot labels, probabilities, lengths that differ, an empty array, too few
        names.

    Examples
    --------
    >>> ax = plot_confusion_matrix([0, 0, 1], [0, 1, 1], ["bag", "coat"])
    >>> [text.get_text() for text in ax.texts]
    ['1', '1', '0', '1']
    """
    true_labels = validation.check_labels(true_labels)
    predicted_labels = validation.check_labels(predicted_labels, "predicted_labels")
    validation.check_same_length(true_labels=true_labels, predicted_labels=predicted_labels)
    classes = max(true_labels.max(), predicted_labels.max()) + 1
    names = validation.check_class_names(class_names, classes)
    counts = np.zeros((len(names), len(names)), dtype=int)
    np.add.at(counts, (true_labels, predicted_labels), 1)
    ax = plt.gca() if ax is None else ax
    ax.imshow(counts, cmap="Blues")
    for (row, column), count in np.ndenumerate(counts):
        # At this blue, both colours stand out equally well.
        color = "white" if count > 0.7 * counts.max() else "black"
        ax.text(column, row, str(count), ha="center", va="center", color=color, fontsize=9)
    _name_ticks(ax, names)
    ax.set_yticks(range(len(names)), names)
    ax.set(xlabel="predicted class", ylabel="true class")
    return ax
