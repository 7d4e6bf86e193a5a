"""The two image data sets of the course, read from the files beside this module.

The interface is that of ``keras.datasets``: change the import and the rest of
the code stays as it is. Nothing here imports TensorFlow or uses a network.

Examples
--------
>>> from helpers.datasets import fashion_mnist
>>> (train_images, train_labels), (test_images, test_labels) = fashion_mnist.load_data()
>>> train_images.shape, train_images.dtype
((60000, 28, 28), dtype('uint8'))
>>> fashion_mnist.class_names[9]
'Ankle boot'
"""

import hashlib
import io
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

DATA_FOLDER = Path(__file__).parent / "data"


class DataFileError(OSError):
    """A data file is missing or is not the file that the course was made with."""


def _damage(content, expected_size):
    """Say in words what is wrong with a file that does not have the right hash."""
    if not content:
        return "it is empty"
    if content.startswith(b"version https://git-lfs"):
        return "it is a Git LFS pointer, not the data itself"
    if content.lstrip()[:1] == b"<":
        return "it is a web page, not the data: a download went wrong"
    if len(content) < expected_size:
        return f"it is cut off: {len(content):,} bytes instead of {expected_size:,}"
    return "its content has changed: its SHA-256 is not the expected one"


@dataclass(frozen=True)
class ImageDataset:
    """70,000 grey images of 28 x 28 pixels in ten classes, kept in one file.

    Parameters
    ----------
    name : str
        The name of the file, without ``.npz``.
    names : tuple of str
        The name of each class, in the order of the labels.
    sha256 : str
        SHA-256 of the whole file.
    size : int
        Size of the whole file in bytes.
    folder : pathlib.Path
        Where the file is.
    """

    name: str
    names: tuple
    sha256: str
    size: int
    folder: Path = field(default=DATA_FOLDER)

    @property
    def class_names(self):
        """The ten class names, a list of str; label ``k`` means ``class_names[k]``."""
        return list(self.names)

    @property
    def path(self):
        """The data file, a ``pathlib.Path``."""
        return self.folder / f"{self.name}.npz"

    def load_data(self):
        """Read all images and labels.

        Returns
        -------
        (train_images, train_labels), (test_images, test_labels) : tuples of numpy.ndarray
            60,000 training and 10,000 test samples, as ``keras.datasets`` returns
            them: images ``(N, 28, 28)``, uint8, 0 to 255; labels ``(N,)``, uint8,
            0 to 9.

        Raises
        ------
        DataFileError
            The file is missing, cut off or changed. Nothing is returned in part.
        """
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise DataFileError(self._message(f"cannot be read ({error.strerror})")) from error
        if hashlib.sha256(content).hexdigest() != self.sha256:
            damage = _damage(content, self.size)
            raise DataFileError(self._message(f"is not the file of this course: {damage}"))
        with np.load(io.BytesIO(content)) as arrays:
            return (
                (arrays["x_train"], arrays["y_train"]),
                (arrays["x_test"], arrays["y_test"]),
            )

    def _message(self, problem):
        return (
            f"The data file {self.path} {problem}.\n"
            "To restore it, run\n"
            f"    git checkout -- helpers/data/{self.name}.npz\n"
            "in the folder of the course, or download the course again."
        )


fashion_mnist = ImageDataset(
    name="fashion_mnist",
    names=(
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ),
    sha256="442f264ce0d782402cefb7088dee95291033dcd5898f6a2b089ab99ca8c36e88",
    size=30_611_369,
)

mnist = ImageDataset(
    name="mnist",
    names=tuple("0123456789"),
    sha256="ee068f36682cba7f38bafdedc77b0f873ebbcf877036f7ebde566966146ac146",
    size=11_266_754,
)
