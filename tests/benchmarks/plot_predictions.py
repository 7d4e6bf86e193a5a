"""Time ``plot_predictions`` against a loop over 30 subplots, as the tutorials have it.

Run by hand: ``python3 tests/benchmarks/plot_predictions.py``. Both sides draw the
same 15 images to PNG, in turn, in one process. Only the ratio means something.
"""

import io
import statistics
import time

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import numpy as np

from helpers import plot_predictions
from helpers.datasets import fashion_mnist

ROUNDS = 15


def loop_over_subplots(predictions, labels, images, names):
    """Draw 15 pairs with ``plt.subplot`` in a figure of 12 x 10 inches."""
    figure = plt.figure(figsize=(12, 10))
    for i in range(15):
        plt.subplot(5, 6, 2 * i + 1)
        plt.grid(False)
        plt.xticks([])
        plt.yticks([])
        plt.imshow(images[i], cmap=plt.cm.binary)
        guess = np.argmax(predictions[i])
        plt.xlabel(
            f"{names[guess]} {100 * np.max(predictions[i]):2.0f}% ({names[labels[i]]})",
            color="blue" if guess == labels[i] else "red",
        )
        plt.subplot(5, 6, 2 * i + 2)
        plt.grid(False)
        plt.xticks([])
        plt.yticks([])
        bars = plt.bar(range(10), predictions[i], color="#777777")
        plt.ylim([0, 1])
        bars[guess].set_color("red")
        bars[labels[i]].set_color("blue")
    return figure


def seconds(draw, *arguments):
    """Time one drawing, up to the PNG that a notebook would get."""
    start = time.perf_counter()
    figure = draw(*arguments)
    figure.savefig(io.BytesIO(), format="png", bbox_inches="tight", dpi=72)
    plt.close(figure)
    return time.perf_counter() - start


def main():
    """Print the median time of each side and the median of the ratios."""
    _, (images, labels) = fashion_mnist.load_data()
    predictions = np.random.default_rng(0).dirichlet(np.full(10, 0.1), len(labels))
    arguments = predictions, labels, images, fashion_mnist.class_names
    pairs = []
    for _ in range(ROUNDS + 1):
        pairs.append([seconds(draw, *arguments) for draw in (loop_over_subplots, plot_predictions)])
    loop, ours = zip(*pairs[1:], strict=True)
    ratio = statistics.median(a / b for a, b in pairs[1:])
    print(f"30 subplots in a loop: {statistics.median(loop):.3f} s")
    print(f"plot_predictions:      {statistics.median(ours):.3f} s")
    print(f"plot_predictions is {ratio:.2f} times as fast")


if __name__ == "__main__":
    main()
