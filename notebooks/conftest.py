"""Settings for the re-execution of the lessons by nbval (``python3 -m pytest``)."""

import os
import time
from queue import Empty

from nbval.kernel import RunningKernel

# These change how wide and how coloured Keras prints a summary.
for name in ("COLUMNS", "JUPYTER_COLUMNS", "NO_COLOR", "FORCE_COLOR"):
    os.environ.pop(name, None)

SECONDS_BETWEEN_LOOKS = 1
await_reply = RunningKernel.await_reply


def await_reply_of_living_kernel(self, msg_id, timeout=None):
    """Wait for a cell as nbval does, but notice within seconds that its kernel died."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            return await_reply(self, msg_id, timeout=SECONDS_BETWEEN_LOOKS)
        except Empty:
            if not self.is_alive():
                raise RuntimeError(
                    "the kernel died while it ran this cell. Is the memory used up?"
                ) from None
            if time.monotonic() > deadline:
                raise


RunningKernel.await_reply = await_reply_of_living_kernel
