"""What the lessons share: data sets, plots and a quiet start of TensorFlow."""

from importlib import import_module

from helpers.quiet import quiet_start

__all__ = [
    "plot_confusion_matrix",
    "plot_history",
    "plot_image",
    "plot_mistakes",
    "plot_predictions",
    "plot_samples",
    "plot_value_array",
    "prepare_digit",
    "quiet_start",
]


def __getattr__(name):
    # What needs NumPy is imported when it is asked for: helpers.doctor has to start without it.
    if name in __all__:
        module = "own_digits" if name == "prepare_digit" else "plotting"
        return getattr(import_module(f"helpers.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
