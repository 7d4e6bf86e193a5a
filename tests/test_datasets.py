import dataclasses
import gzip
import hashlib
import subprocess
import sys
import zipfile
from unittest.mock import MagicMock

import numpy as np
import pytest

import helpers
from helpers.datasets import DataFileError, fashion_mnist, mnist
from helpers.maintain import convert_data


def test_arrays_are_the_published_ones():
    for dataset in (fashion_mnist, mnist):
        (x_train, y_train), (x_test, y_test) = dataset.load_data()
        assert x_train.shape == (60_000, 28, 28)
        assert x_test.shape == (10_000, 28, 28)
        assert y_train.shape == (60_000,)
        assert y_test.shape == (10_000,)
        digest = hashlib.sha256()
        for array in (x_train, y_train, x_test, y_test):
            assert array.dtype == np.uint8
            digest.update(array.tobytes())
        assert digest.hexdigest() == dataset.arrays_sha256


def test_arrays_belong_to_the_caller():
    mnist.load_data()[1][1][:] = 7
    assert set(mnist.load_data()[1][1]) == set(range(10))


def test_class_names():
    assert fashion_mnist.class_names[0] == "T-shirt/top"
    assert len(fashion_mnist.class_names) == 10
    assert mnist.class_names == list("0123456789")


def test_imports_are_light():
    """The doctor starts where there is not even NumPy; no helper waits for TensorFlow."""
    code = (
        "import sys, helpers, helpers.doctor, helpers.course; assert 'numpy' not in sys.modules\n"
        "import helpers.datasets; assert 'tensorflow' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_all_names_of_helpers_can_be_imported():
    assert set(helpers.__all__) < set(dir(helpers))
    for name in dir(helpers):
        getattr(helpers, name)


def test_file_that_is_not_whole(tmp_path):
    copy = dataclasses.replace(mnist, folder=tmp_path)
    content = mnist.path.read_bytes()
    flipped = bytearray(content)
    flipped[5_000_000] ^= 1

    def assert_refused(*words):
        with pytest.raises(DataFileError) as error:
            copy.load_data()
        for word in (str(copy.path), "git checkout -- helpers/data/mnist.npz", *words):
            assert word in str(error.value)

    copy.path.mkdir()
    assert_refused("cannot be read")
    copy.path.rmdir()
    for damaged, words in [
        (b"", ["it is empty"]),
        (content[:1000], ["cut off", "1,000", "11,266,754"]),
        (content[:-1], ["cut off", "11,266,753"]),
        (bytes(flipped), ["changed"]),
        (content + b"\0", ["changed"]),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", ["Git LFS"]),
        (b"\n<!DOCTYPE html><html>Not found</html>", ["web page"]),
    ]:
        copy.path.write_bytes(damaged)
        assert_refused(*words)
    copy.path.write_bytes(content)
    assert len(copy.load_data()[0][0]) == 60_000


@pytest.fixture
def keras_arrays(monkeypatch):
    """Stand in for `keras.datasets.mnist.load_data`, with read-only arrays: some are, there."""
    arrays = mnist.read_file()
    for array in (*arrays[0], *arrays[1]):
        array.flags.writeable = False
    tensorflow = MagicMock()
    monkeypatch.setitem(sys.modules, "tensorflow", tensorflow)

    def load_data():
        print("a progress bar")
        return arrays

    load = tensorflow.keras.datasets.mnist.load_data
    load.side_effect = load_data
    return load


def test_missing_file_is_downloaded(keras_arrays, tmp_path, capsys):
    with zipfile.ZipFile(tmp_path / "course.zip", "w") as archive:
        archive.writestr("helpers/data/README.md", "")
    folder = zipfile.Path(tmp_path / "course.zip", "helpers/data/")
    light = dataclasses.replace(mnist, folder=folder)
    (x_train, _), (_, y_test) = light.load_data()
    np.testing.assert_array_equal(x_train, mnist.read_file()[0][0])
    y_test[:] = 7
    text = capsys.readouterr().out
    assert text == "Downloading the data set mnist with keras.datasets.\n"
    # In a folder of the course, the file can be had again.
    dataclasses.replace(mnist, folder=tmp_path).load_data()
    text = capsys.readouterr().out
    assert text.startswith(f"The data file {tmp_path / 'mnist.npz'} is missing.\n")
    assert "git checkout -- helpers/data/mnist.npz" in text
    assert not (tmp_path / "mnist.npz").exists()


def test_download_that_goes_wrong(keras_arrays, tmp_path):
    light = dataclasses.replace(mnist, folder=tmp_path / "data")

    def assert_refused(problem):
        with pytest.raises(DataFileError) as error:
            light.load_data()
        for words in (problem, "internet connection", "helpers/data/mnist.npz"):
            assert words in str(error.value)

    keras_arrays.side_effect = Exception("URL fetch failure on https://example.org")
    assert_refused("URL fetch failure")
    (x_train, y_train), test = mnist.read_file()
    y_train[5] ^= 1
    keras_arrays.side_effect = lambda: ((x_train, y_train), test)
    assert_refused("returned other arrays")


def test_damaged_file_is_not_replaced(keras_arrays, tmp_path):
    copy = dataclasses.replace(mnist, folder=tmp_path)
    copy.path.write_bytes(b"")
    with pytest.raises(DataFileError, match="it is empty"):
        copy.load_data()
    keras_arrays.assert_not_called()


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


def test_read_idx_refuses_other_formats():
    for content in (b"", b"PK\x03\x04", b"\x00\x00\x0d\x01\x00\x00\x00\x01\x00"):
        with pytest.raises(ValueError, match="not an idx file"):
            convert_data.read_idx(content)
