"""Let learners run a lesson at the same time through the room's hub; print a row for the run.

Run by hand, with npm: ``python3 tests/benchmarks/room.py LESSON LEARNERS [EPOCHS TRAIN_SIZE]``.
Started by root, each learner has an account. "A server for the room" in
``notebooks/TEACHING.md`` has the figures. The seconds mean little if the machine does other
work, too; the CPU seconds and the memory hardly depend on it.
"""

import os
import sys
import tempfile
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import psutil

from helpers.course import NOTEBOOKS
from helpers.maintain import room

MIB = 2**20


def code_of(lesson, size):
    """Return the code cells of a lesson; with a size, its parameters are changed."""
    (path,) = [path for path in NOTEBOOKS if path.name.startswith(f"{lesson:02}_")]
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            yield cell.source
            if size and "parameters" in cell.metadata.get("tags", []):
                yield "EPOCHS, TRAIN_SIZE = {}, {}".format(*size)


class Memory(threading.Thread):
    """Note the largest memory of a learner's server and its kernels, each second."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.pss, self.data, self.ended = server, 0, 0, threading.Event()

    def run(self):
        """Look until the lesson has ended."""
        while not self.ended.wait(1):
            processes = self.processes()
            self.pss = max(self.pss, sum(p.memory_full_info().pss for p in processes))
            # What the hub's limit counts.
            self.data = max(self.data, *(p.memory_info().data for p in processes))

    def processes(self):
        """Return the server and everything that it has started."""
        return [self.server, *self.server.children(recursive=True)]


def run_lesson(hub, number, cells):
    """Return a learner's seconds, CPU seconds, memory, and the error or ""."""
    learner = room.Learner(hub, f"learner{number}")
    learner.sign_in(hub.password("room_password"))
    status = learner.start_server()
    if status != 201:
        raise RuntimeError(f"{learner.name} has no server: {status}")
    start, error = time.perf_counter(), ""
    learner.start_kernel()
    server = psutil.Process(int(learner.run("import os; os.getppid()")))
    memory = Memory(server)
    memory.start()
    try:
        for cell in cells:
            learner.run(cell)
    except Exception as problem:
        error = str(problem)
    seconds = time.perf_counter() - start
    memory.ended.set()
    memory.join()
    cpu = sum(sum(process.cpu_times()[:2]) for process in memory.processes())
    learner.stop_server()
    return seconds, cpu, memory.pss / MIB, memory.data / MIB, error


def main():
    """Run the lesson with all learners, and print the row."""
    warnings.filterwarnings("ignore", "Unverified HTTPS request")
    lesson, learners, *size = map(int, sys.argv[1:])
    cells = list(code_of(lesson, size))
    with tempfile.TemporaryDirectory() as temporary, room.new_room() as folder:
        proxy = room.install_proxy(Path(temporary) / "proxy")
        with room.readable_python(temporary) as before:
            hub = room.Hub(folder, proxy, seats=learners, before=before)
            hub.start()
            with ThreadPoolExecutor(learners) as pool:
                results = list(pool.map(lambda n: run_lesson(hub, n, cells), range(learners)))
            hub.stop()
    seconds, cpu, pss, data, errors = zip(*results, strict=True)
    name = f"{lesson} ({size[0]} epochs, {size[1]:,} images)" if size else f"{lesson}"
    values = [name, learners, sum(map(bool, errors)), f"{max(seconds):.0f}"]
    values += [f"{sum(cpu) / learners:.0f}", f"{max(pss):.0f}", f"{max(data):.0f}"]
    print("| lesson | learners | failed | seconds of the last | CPU seconds | PSS MiB | data MiB |")
    print("|", " | ".join(map(str, values)), "|", os.cpu_count(), "cores", *filter(None, errors))


if __name__ == "__main__":
    main()
