"""Checks of what a learner passes to a plot, with messages that name the mistake."""

import numpy as np


def _shape_and_dtype(array):
    return f"shape {array.shape}, dtype {array.dtype}"


def check_index(i, length):
    """Raise ``IndexError`` unless ``i`` is a position in an array of ``length``."""
    if isinstance(i, (bool, np.bool_)) or not isinstance(i, (int, np.integer)):
        raise IndexError(
            f"i is {i!r}, but it has to be a whole number: the position of one image, "
            f"0 to {length - 1}."
        )
    if not 0 <= i < length:
        raise IndexError(
            f"i is {i}, but there are {length} images: the positions are 0 to {length - 1}."
        )


def check_images(images, name="images"):
    """Return images as ``(N, height, width)``.

    Parameters
    ----------
    images : array_like, shape (N, height, width) or (N, height, width, 1)
        Greyscale images, uint8 or float.
    name : str
        What to call them in a message.

    Returns
    -------
    numpy.ndarray, shape (N, height, width)
        A view of the same values where that is possible.

    Raises
    ------
    ValueError
        Another shape, no image at all, or values that are not numbers.
    """
    images = np.asarray(images)
    if images.ndim == 4 and images.shape[-1] == 1:
        images = images[..., 0]
    if images.ndim != 3:
        hint = ""
        if images.ndim == 2 and images.shape[0] == images.shape[1]:
            hint = (
                " This looks like one image: pass the whole array. For a set of only one image, "
                "pass image[np.newaxis]."
            )
        elif images.ndim in (1, 2) and images.shape[-1] == 28 * 28:
            hint = " These look like flattened images: pass images.reshape(-1, 28, 28)."
        elif images.ndim == 4 and images.shape[-1] in (3, 4):
            hint = " These look like colour images; the course draws greyscale images."
        raise ValueError(
            f"{name} has {_shape_and_dtype(images)}. Expected shape (N, 28, 28) or "
            f"(N, 28, 28, 1).{hint}"
        )
    if images.size == 0:
        raise ValueError(f"{name} is empty ({_shape_and_dtype(images)}): there is nothing to draw.")
    _check_numbers(images, name)
    return images


def check_labels(labels, name="true_labels"):
    """Return labels as a whole-number array ``(N,)``.

    Parameters
    ----------
    labels : array_like of int, shape (N,)
        The class of each sample, 0 and up.
    name : str
        What to call them in a message.

    Returns
    -------
    numpy.ndarray of int, shape (N,)

    Raises
    ------
    ValueError
        One-hot labels, probabilities, text, numbers with a point, negative
        numbers, or no label at all.
    """
    labels = np.asarray(labels)
    if labels.ndim != 1:
        hint = " Pass one whole number for each image."
        if labels.ndim == 2 and labels.shape[1] == 1:
            hint = f" Pass {name}.ravel()."
        elif labels.ndim == 2 and _is_one_hot(labels):
            hint = " These look like one-hot labels: pass np.argmax(labels, axis=1)."
        elif labels.ndim == 2 and np.issubdtype(labels.dtype, np.floating):
            hint = " These look like predictions: pass np.argmax(predictions, axis=1)."
        raise ValueError(f"{name} has {_shape_and_dtype(labels)}, expected shape (N,).{hint}")
    if labels.size == 0:
        raise ValueError(f"{name} is empty: there is nothing to draw.")
    if not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(
            f"{name} has dtype {labels.dtype}, expected whole numbers (class 0, 1, 2, ...). "
            f"If the values are whole, pass {name}.astype(int)."
        )
    if labels.min() < 0:
        raise ValueError(f"{name} has the value {labels.min()}; classes start at 0.")
    return labels


def _is_one_hot(labels):
    return np.isin(labels, (0, 1)).all() and (np.sum(labels == 1, axis=1) == 1).all()


def check_predictions(predictions, name="predictions"):
    """Return predictions as probabilities ``(N, classes)``.

    Parameters
    ----------
    predictions : array_like of float, shape (N, classes) or (classes,)
        A probability for each class: 0 to 1, each row with the sum 1. One row
        alone becomes ``(1, classes)``.
    name : str
        What to call them in a message.

    Returns
    -------
    numpy.ndarray of float, shape (N, classes)

    Raises
    ------
    ValueError
        Logits, class numbers, NaN, another shape, or no row at all.
    """
    predictions = np.asarray(predictions)
    if predictions.size == 0:
        raise ValueError(f"{name} is empty ({_shape_and_dtype(predictions)}).")
    if np.issubdtype(predictions.dtype, np.integer) and predictions.ndim == 1:
        raise ValueError(
            f"{name} has {_shape_and_dtype(predictions)}: these look like class numbers. "
            "Pass the probabilities that model.predict() returns, before np.argmax."
        )
    if predictions.ndim not in (1, 2):
        raise ValueError(
            f"{name} has {_shape_and_dtype(predictions)}, expected shape (N, classes), as "
            "model.predict() returns it, or shape (classes,) for one image."
        )
    predictions = np.atleast_2d(predictions)
    _check_numbers(
        predictions,
        name,
        " Either the images contain such values too, or the training failed: check the loss, the "
        "learning rate and the scaling.",
    )
    _check_probabilities(predictions, name)
    return predictions


def _check_probabilities(predictions, name):
    sums = predictions.sum(axis=1, dtype=float)
    # Half-precision rows miss 1 by up to about 0.005.
    wrong = (np.abs(sums - 1) > 0.01) | (predictions < 0).any(axis=1)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(
            f"{name} does not contain probabilities: the values in row {row} add up to "
            f"{sums[row]:.3g}, and the smallest value is {predictions[row].min():.3g}. Expected "
            "values from 0 to 1 that add up to 1. These look like logits: use softmax in the "
            "last layer, or pass tf.nn.softmax(predictions).numpy()."
        )


def _check_numbers(array, name, hint=""):
    if not (np.issubdtype(array.dtype, np.number) or array.dtype == bool):
        raise ValueError(f"{name} has dtype {array.dtype}, expected numbers.")
    if not np.issubdtype(array.dtype, np.floating):
        return
    if not np.isfinite(array).all():
        count = int((~np.isfinite(array)).sum())
        raise ValueError(f"{name} contains {count:,} values that are NaN or infinite.{hint}")


def check_same_length(**arrays):
    """Raise ``ValueError`` unless all arrays have one length; the keys are their names."""
    if len({len(array) for array in arrays.values()}) > 1:
        lengths = ", ".join(f"{name}: {len(array):,}" for name, array in arrays.items())
        raise ValueError(
            f"The arrays do not have the same number of samples ({lengths}). "
            "Take all of them from the same set, training or test."
        )


def check_class_names(class_names, classes):
    """Return a name for each class; ``None`` gives the class numbers.

    Parameters
    ----------
    class_names : sequence of str or None
        The names, in the order of the labels.
    classes : int
        How many classes there are.

    Returns
    -------
    list of str

    Raises
    ------
    ValueError
        Too few names.
    """
    if class_names is None:
        return [str(k) for k in range(classes)]
    if isinstance(class_names, str):
        raise ValueError(f"class_names is the string {class_names!r}. Expected a list of names.")
    if len(class_names) < classes:
        raise ValueError(
            f"class_names has {len(class_names)} names, but there are {classes} classes."
        )
    return [str(name) for name in class_names]


def check_label_range(labels, classes, name="true_labels"):
    """Raise ``ValueError`` when a label has no column in the predictions."""
    if labels.max() >= classes:
        raise ValueError(
            f"{name} contains class {labels.max()}, but the predictions have {classes} columns "
            f"(classes 0 to {classes - 1}). The last layer of the model has too few units, or "
            "the labels belong to other data."
        )
