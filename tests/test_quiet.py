import subprocess
import sys


def python(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)


def test_block_is_silent_and_later_lines_are_not():
    result = python(
        "import os, sys\n"
        "from helpers import quiet_start\n"
        "with quiet_start():\n"
        "    os.write(2, b'noise from C++')\n"
        "    print('noise from Python', file=sys.stderr)\n"
        "os.write(2, b'after')\n"
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "after")


def test_failure_shows_everything():
    for failure, message in [
        ("import no_such_package", "no_such_package"),
        ("raise SystemExit('stop')", "stop"),
    ]:
        result = python(
            "import os\n"
            "from helpers import quiet_start\n"
            "with quiet_start():\n"
            "    os.write(2, b'the reason\\n')\n"
            f"    {failure}\n"
        )
        assert result.returncode == 1
        assert "the reason" in result.stderr
        assert message in result.stderr


def test_tensorflow_starts_and_trains_in_silence():
    result = python(
        "from helpers import quiet_start\n"
        "with quiet_start():\n"
        "    import tensorflow as tf\n"
        "    from tensorflow import keras\n"
        "model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])\n"
        "model.compile(optimizer='adam', loss='mse', steps_per_execution=2)\n"
        "x = tf.zeros((8, 4))\n"
        "model.fit(x, tf.zeros((8, 2)), verbose=0)\n"
        "model.evaluate(x, tf.zeros((8, 2)), verbose=0)\n"
        "model.predict(x, verbose=0)\n"
        # What TensorFlow would take for retracing by mistake.
        "for _ in range(6):\n"
        "    model.compile(optimizer='adam', loss='mse')\n"
        "    model.predict(x, verbose=0)\n"
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
