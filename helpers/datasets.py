"""The two image data sets of the course, read from the files beside this module.

The interface is that of ``keras.datasets``: change the import and the rest of
the code stays as it is. TensorFlow and an internet connection are needed only where a file is
missing, as in the light copy of the course: ``keras.datasets`` then downloads the same arrays.

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
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np

from helpers.quiet import quiet_start

# Not Path(__file__): Python can import the course from a ZIP file.
DATA_FOLDER = files("helpers") / "data"


class DataFileError(OSError):
    """A data file is missing or is not the file that the course was made with."""


class MissingDataFileError(DataFileError):
    """A data file is not there at all."""


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
    """70,000 greyscale images of 28 x 28 pixels in ten classes, kept in one file.

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
    arrays_sha256 : str
        SHA-256 of the bytes of the four arrays, in the order of ``load_data``.
    folder : pathlib.Path or importlib.resources.abc.Traversable
        Where the file is.
    """

    name: str
    names: tuple
    sha256: str
    size: int
    arrays_sha256: str
    folder: Traversable = field(default=DATA_FOLDER)

    @property
    def class_names(self):
        """The ten class names, a list of str; label ``k`` means ``class_names[k]``."""
        return list(self.names)

    @property
    def path(self):
        """The data file, with the type of ``folder``."""
        return self.folder / f"{self.name}.npz"

    def load_data(self):
        """Read all images and labels, or download them if the file is missing.

        Returns
        -------
        (train_images, train_labels), (test_images, test_labels) : tuples of numpy.ndarray
            60,000 training and 10,000 test samples, as ``keras.datasets`` returns
            them: images ``(N, 28, 28)``, uint8, 0 to 255; labels ``(N,)``, uint8,
            0 to 9.

        Raises
        ------
        DataFileError
            The file is cut off or changed; or it is missing, and the arrays cannot be downloaded.
            Nothing is returned in part.
        """
        try:
            return self.read_file()
        except MissingDataFileError as error:
            # The light copy is a ZIP file, and its data is missing on purpose.
            if isinstance(self.folder, Path):
                print(error)
            return self._download()

    def read_file(self):
        """Read all images and labels from the file; ``load_data`` describes them.

        Raises
        ------
        DataFileError
            The file is missing, cut off or changed.
        """
        try:
            content = self.path.read_bytes()
        except FileNotFoundError as error:
            raise MissingDataFileError(self._message("is missing")) from error
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

    def _download(self):
        """Return the arrays that ``keras.datasets`` downloads, if they are the right ones."""
        print(f"Downloading the data set {self.name} with keras.datasets.")
        try:
            with quiet_start():
                from tensorflow import keras
            # Keras draws a progress bar for each file.
            with redirect_stdout(io.StringIO()):
                downloaded = getattr(keras.datasets, self.name).load_data()
        # The download of Keras raises Exception itself.
        except Exception as error:
            raise DataFileError(self._no_download(f"failed: {error}")) from error
        # Some of the arrays of Keras are read-only.
        (x_train, y_train), (x_test, y_test) = [[a.copy() for a in pair] for pair in downloaded]
        content = b"".join(a.tobytes() for a in (x_train, y_train, x_test, y_test))
        if hashlib.sha256(content).hexdigest() != self.arrays_sha256:
            damage = "returned other arrays: delete the folder .keras/datasets in your home folder"
            raise DataFileError(self._no_download(damage))
        return (x_train, y_train), (x_test, y_test)

    def _no_download(self, problem):
        return (
            f"The download of {self.name} with keras.datasets {problem}.\n"
            "Run this cell again when you have an internet connection, or use the whole course: "
            f"it contains helpers/data/{self.name}.npz and needs no connection."
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
    arrays_sha256="ca3ab2a37f845e1b8ae23cab1b51749a3011ba3bf1d9016176d75cbaabac376f",
)

mnist = ImageDataset(
    name="mnist",
    names=tuple("0123456789"),
    sha256="ee068f36682cba7f38bafdedc77b0f873ebbcf877036f7ebde566966146ac146",
    size=11_266_754,
    arrays_sha256="06b0d1f124c4e5fa796686ade41a9b778edacc8622f2195a352ef479ad44fc16",
)
