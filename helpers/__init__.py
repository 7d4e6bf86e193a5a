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
    "quiet_start",
]


def __getattr__(name):
    # A plot is imported when it is asked for: helpers.doctor has to start without NumPy.
    if name in __all__:
        return getattr(import_module("helpers.plotting"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *__all__})
