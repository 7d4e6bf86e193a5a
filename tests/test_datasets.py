import dataclasses
import gzip
import hashlib
import subprocess
import sys

import numpy as np
import pytest

from helpers import convert_data
from helpers.datasets import DataFileError, fashion_mnist, mnist

# SHA-256 of the bytes of x_train, y_train, x_test, y_test, one after the other.
ARRAYS_SHA256 = {
    "fashion_mnist": "ca3ab2a37f845e1b8ae23cab1b51749a3011ba3bf1d9016176d75cbaabac376f",
    "mnist": "06b0d1f124c4e5fa796686ade41a9b778edacc8622f2195a352ef479ad44fc16",
}
DATASETS = pytest.mark.parametrize("dataset", [fashion_mnist, mnist], ids=lambda d: d.name)


@DATASETS
def test_arrays_are_the_published_ones(dataset):
    (x_train, y_train), (x_test, y_test) = dataset.load_data()
    assert x_train.shape == (60_000, 28, 28)
    assert x_test.shape == (10_000, 28, 28)
    assert y_train.shape == (60_000,)
    assert y_test.shape == (10_000,)
    digest = hashlib.sha256()
    for array in (x_train, y_train, x_test, y_test):
        assert array.dtype == np.uint8
        digest.update(array.tobytes())
    assert digest.hexdigest() == ARRAYS_SHA256[dataset.name]


@DATASETS
def test_arrays_belong_to_the_caller(dataset):
    dataset.load_data()[1][1][:] = 7
    assert set(dataset.load_data()[1][1]) == set(range(10))


def test_class_names():
    assert fashion_mnist.class_names[0] == "T-shirt/top"
    assert len(fashion_mnist.class_names) == 10
    assert mnist.class_names == list("0123456789")


def test_import_does_not_load_tensorflow():
    code = "import sys, helpers, helpers.datasets; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.fixture
def broken(tmp_path):
    """Return a data set whose file has the given content."""

    def make(content):
        (tmp_path / "mnist.npz").write_bytes(content)
        return dataclasses.replace(mnist, folder=tmp_path)

    return make


@pytest.fixture(scope="module")
def content():
    return mnist.path.read_bytes()


def assert_refused(dataset, *words):
    with pytest.raises(DataFileError) as error:
        dataset.load_data()
    for word in (str(dataset.path), "git checkout -- helpers/data/mnist.npz", *words):
        assert word in str(error.value)


def test_copy_of_the_file_is_accepted(broken, content):
    assert len(broken(content).load_data()[0][0]) == 60_000


def test_missing_file(tmp_path):
    assert_refused(dataclasses.replace(mnist, folder=tmp_path), "No such file")


def test_folder_in_its_place(tmp_path):
    (tmp_path / "mnist.npz").mkdir()
    assert_refused(dataclasses.replace(mnist, folder=tmp_path), "cannot be read")


def test_empty_file(broken):
    assert_refused(broken(b""), "it is empty")


@pytest.mark.parametrize("left", [1, 100, 1_000_000, 11_266_753])
def test_truncated_file(broken, content, left):
    assert_refused(broken(content[:left]), "cut off", f"{left:,}", "11,266,754")


@pytest.mark.parametrize("position", [0, 5_000_000, 11_266_753])
def test_one_flipped_byte(broken, content, position):
    changed = bytearray(content)
    changed[position] ^= 1
    assert_refused(broken(bytes(changed)), "changed")


def test_longer_file(broken, content):
    assert_refused(broken(content + b"\0"), "changed")


def test_git_lfs_pointer(broken):
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 11266754\n"
    assert_refused(broken(pointer), "Git LFS")


def test_web_page(broken):
    assert_refused(broken(b"\n<!DOCTYPE html><html>Not found</html>"), "web page")


def idx(array):
    """Write a small array the way the idx format does."""
    header = bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape)
    return header + array.tobytes()


@pytest.fixture
def idx_folder(tmp_path, monkeypatch):
    """Four small idx files, one of them packed, whose MD5 sums the converter expects."""
    arrays, sums = {}, {}
    for number, (key, name) in enumerate(convert_data.IDX_FILES.items()):
        shape = (3, 28, 28) if key.startswith("x") else (3,)
        arrays[key] = np.full(shape, number, dtype=np.uint8)
        content = idx(arrays[key])
        sums[key] = hashlib.md5(content).hexdigest()
        if key == "x_test":
            (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content))
        else:
            (tmp_path / name).write_bytes(content)
    monkeypatch.setitem(convert_data.IDX_MD5, "mnist", sums)
    return tmp_path, arrays


def test_converter_keeps_every_value(idx_folder, tmp_path):
    folder, arrays = idx_folder
    convert_data.write_npz(tmp_path / "new.npz", convert_data.read_source(folder, "mnist"))
    with np.load(tmp_path / "new.npz") as new:
        assert list(new) == list(arrays)
        for key, array in arrays.items():
            np.testing.assert_array_equal(new[key], array)


def test_converter_writes_the_same_bytes_again(tmp_path, monkeypatch):
    arrays = {"x_train": np.arange(12, dtype=np.uint8)}
    convert_data.write_npz(tmp_path / "a.npz", arrays)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    convert_data.write_npz(tmp_path / "b.npz", arrays)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    assert not list(tmp_path.glob("*.part"))


def test_converter_refuses_other_files(idx_folder):
    folder, _ = idx_folder
    name = convert_data.IDX_FILES["y_test"]
    (folder / name).write_bytes(idx(np.zeros(3, dtype=np.uint8)))
    with pytest.raises(ValueError, match="not the mnist file"):
        convert_data.read_source(folder, "mnist")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x00\x00\x0d\x01\x00\x00\x00\x01\x00"])
def test_read_idx_refuses_other_formats(content):
    with pytest.raises(ValueError, match="not an idx file"):
        convert_data.read_idx(content)
