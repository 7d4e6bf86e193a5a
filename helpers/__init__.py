"""What the lessons share: data sets, plots and a quiet start of TensorFlow."""

from helpers.plotting import (
    plot_confusion_matrix,
    plot_history,
    plot_image,
    plot_mistakes,
    plot_predictions,
    plot_samples,
    plot_value_array,
)
from helpers.quiet import quiet_start

__all__ = [
    "plot_confusion_matrix",
    "plot_history",
    "plot_image",
    "plot_mistakes",
    "plot_predictions",
    "plot_samples",
    "plot_value_array",
    "quiet_start",
]
