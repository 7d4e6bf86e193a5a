"""Load TensorFlow without the log that it writes while it starts."""

import os
import sys
import tempfile
from contextlib import contextmanager


def _calm(tensorflow):
    tensorflow.config.list_physical_devices()
    # A lesson trains many small models one after the other. TensorFlow takes that for a loop
    # that was written by mistake, and warns about "retracing" in one of the later cells.
    tensorflow.get_logger().setLevel("ERROR")


@contextmanager
def quiet_start():
    """Hold back what is written to standard error while TensorFlow is imported.

    On a machine without a GPU, TensorFlow's C++ code writes several lines of log
    straight to file descriptor 2, and no environment variable stops them. The
    first look for a GPU writes one more; it is done here too, so that it does not
    come up in a later cell. TensorFlow's Python log shows errors only, from then on.
    If the block fails, all that was held back is shown, and the error goes on as it
    was.

    Examples
    --------
    >>> with quiet_start():
    ...     import tensorflow as tf
    """
    # The later lines of C++ log, as at the end of each data set, do obey this.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    descriptor = os.dup(2)
    with tempfile.TemporaryFile() as log:
        os.dup2(log.fileno(), 2)
        try:
            yield
            if "tensorflow" in sys.modules:
                _calm(sys.modules["tensorflow"])
            failed = False
        except BaseException:
            failed = True
            raise
        finally:
            os.dup2(descriptor, 2)
            os.close(descriptor)
            if failed:
                log.seek(0)
                sys.stderr.write(log.read().decode(errors="replace"))
