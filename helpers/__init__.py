"""What the lessons share: data sets, plots, own digits and a quiet start of TensorFlow."""

from importlib import import_module

from helpers.quiet import quiet_start

# What is imported when it is asked for: helpers.doctor has to start without NumPy.
MODULES = {
    "DrawingPad": "helpers.drawing_pad",
    "plot_confusion_matrix": "helpers.plotting",
    "plot_history": "helpers.plotting",
    "plot_image": "helpers.plotting",
    "plot_mistakes": "helpers.plotting",
    "plot_pictures": "helpers.plotting",
    "plot_predictions": "helpers.plotting",
    "plot_samples": "helpers.plotting",
    "plot_value_array": "helpers.plotting",
    "prepare_digit": "helpers.own_digits",
}
__all__ = ["quiet_start", *MODULES]


def __getattr__(name):
    if name in MODULES:
        return getattr(import_module(MODULES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *__all__})
