"""A room's hub with two learners: ``pytest -m room``. Started by root, with an account each."""

import os
import shutil
import ssl
import subprocess
import sys
import time

import pytest

from helpers.course import NOTEBOOKS
from helpers.maintain import room

pytestmark = [
    pytest.mark.room,
    pytest.mark.filterwarnings("ignore:Unverified HTTPS request"),
]
pytest.importorskip(
    "jupyterhub", reason="JupyterHub is missing: python3 -m pip install -e '.[room]'"
)
pwd = pytest.importorskip("pwd", reason="the server for the room needs Linux")

IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
only_root = pytest.mark.skipif(not IS_ROOT, reason="only root can give each learner an account")
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
LESSON = "api/contents/01_basic_classification.ipynb"
READ = "from pathlib import Path; Path({!r}).read_bytes()"


@pytest.fixture(scope="module")
def proxy(tmp_path_factory):
    if shutil.which("npm") is None:
        pytest.skip("npm is missing: it installs configurable-http-proxy")
    return room.install_proxy(tmp_path_factory.mktemp("proxy"))


@pytest.fixture(scope="module")
def hub(proxy, tmp_path_factory):
    """Yield a hub with two seats that listens on all addresses."""
    python = room.readable_python(tmp_path_factory.mktemp("python"))
    with room.new_room() as folder, python as before:
        check = [*before, *NOBODY, sys.executable, "-c", "import helpers, jupyterhub"]
        if IS_ROOT and subprocess.run(check, cwd="/").returncode:
            pytest.skip("other accounts cannot read this Python, or the folder of the course")
        hub = room.Hub(folder, proxy, host="0.0.0.0", seats=2, before=before)
        hub.start()
        yield hub
        hub.stop()


def arrive(hub, name):
    learner = room.Learner(hub, name)
    assert learner.sign_in(hub.password("room_password")) == 201
    assert learner.start_server() == 201
    learner.start_kernel()
    return learner


@pytest.fixture(scope="module")
def learners(hub):
    both = [arrive(hub, name) for name in ("anna", "ben")]
    yield both
    for learner in both:
        learner.stop_server()


def test_wrong_password(hub):
    assert room.Learner(hub, "carl").sign_in("a wrong password") == 403


def test_teacher_needs_the_password_of_the_teacher(hub):
    teacher = room.Learner(hub, "teacher")
    assert teacher.sign_in(hub.password("room_password")) == 403
    assert teacher.sign_in(hub.password("teacher_password")) == 201
    assert teacher.api("get", "").json()["admin"]


@pytest.mark.parametrize("name", ["../anna", "a" * 17, "-r"])
def test_name_that_cannot_name_a_folder(hub, name):
    assert room.Learner(hub, name).sign_in(hub.password("room_password")) == 403


def test_certificate_of_its_own(hub):
    port = int(hub.url.rsplit(":")[-1])
    assert (
        ssl.get_server_certificate(("127.0.0.1", port)) == (hub.room / ".hub/tls.crt").read_text()
    )


def test_lessons_are_there(learners):
    for learner in learners:
        names = {file["name"] for file in learner.server("get", "api/contents").json()["content"]}
        assert {path.name for path in NOTEBOOKS} <= names


def test_jupyterlab_does_not_ask_about_news(learners):
    path = "lab/api/settings/@jupyterlab/apputils-extension:notification"
    settings = learners[0].server("get", path).json()["schema"]["properties"]
    assert settings["fetchNews"]["default"] == "false"


def test_each_has_files_of_their_own(learners):
    anna, ben = learners
    anna.server(
        "put", "api/contents/a.txt", json={"type": "file", "format": "text", "content": "a"}
    )
    assert anna.server("get", "api/contents/a.txt").json()["content"] == "a"
    assert ben.server("get", "api/contents/a.txt").status_code == 404


def test_server_of_another_learner(learners):
    anna, ben = learners
    assert anna.server("get", LESSON).status_code == 200
    assert anna.server("get", LESSON, of=ben.name).status_code == 403


def test_teacher_opens_the_server_of_a_learner(hub, learners):
    teacher = room.Learner(hub, "teacher")
    teacher.sign_in(hub.password("teacher_password"))
    assert teacher.server("get", LESSON, of="anna").status_code == 200


def test_limit_of_seats(hub, learners):
    third = room.Learner(hub, "carl")
    assert third.sign_in(hub.password("room_password")) == 201
    assert third.start_server() == 429


def test_killed_kernel_comes_back(learners):
    anna, _ = learners
    with pytest.raises(RuntimeError, match="the kernel died"):
        anna.run("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    time.sleep(5)
    anna.connect()
    assert anna.run("1 + 1") == "2"


def test_memory_limit(learners):
    with pytest.raises(RuntimeError, match="MemoryError"):
        learners[0].run("bytearray(5 * 2**30)")
    assert learners[0].run("1 + 1") == "2"


def test_secrets_are_not_in_the_environment(hub, learners):
    environment = learners[0].run("import os; print(dict(os.environ))")
    for name in ("room_password", "teacher_password", "cookie_secret"):
        assert hub.password(name) not in environment


def test_restart_of_the_hub(hub, learners):
    anna, _ = learners
    mine = {"type": "file", "format": "text", "content": "my work"}
    anna.server("put", LESSON, json=mine)
    anna.run("answer = 41")
    hub.stop()
    hub.start()
    for learner in learners:
        learner.connect()
    assert anna.run("answer + 1") == "42"
    # A new server gives the lessons again.
    anna.stop_server()
    assert anna.start_server() == 201
    assert (
        anna.server("get", LESSON, params={"type": "file", "format": "text"}).json()["content"]
        == "my work"
    )
    anna.start_kernel()


# With an account each


@only_root
def test_account_of_its_own(learners):
    for learner in learners:
        uid = int(learner.run("import os; os.getuid()"))
        assert pwd.getpwuid(uid).pw_name == f"room-{learner.name}"


@only_root
@pytest.mark.parametrize(
    "path",
    [
        "anna/lessons/01_basic_classification.ipynb",
        ".hub/room_password",
        ".hub/teacher_password",
        ".hub/cookie_secret",
        ".hub/hub.sqlite",
        ".hub/tls.key",
    ],
)
def test_file_that_a_learner_cannot_read(hub, learners, path):
    assert (hub.room / path).is_file()
    with pytest.raises(RuntimeError, match="PermissionError"):
        learners[1].run(READ.format(str(hub.room / path)))


@only_root
@pytest.mark.parametrize("owner", ["hub", "anna"])
def test_environment_of_another_process(hub, learners, owner):
    anna, ben = learners
    pid = hub.process.pid if owner == "hub" else anna.run("import os; os.getppid()")
    with pytest.raises(RuntimeError, match="PermissionError"):
        ben.run(READ.format(f"/proc/{pid}/environ"))


@only_root
def test_course_cannot_be_changed(learners):
    with pytest.raises(RuntimeError, match="PermissionError"):
        learners[0].run("import helpers; open(helpers.__file__, 'a')")


@only_root
def test_kernels_have_no_port(learners):
    """Whoever can reach the port of a kernel can read everything that the kernel prints."""
    connection = "import json, ipykernel; json.load(open(ipykernel.get_connection_file()))"
    assert learners[0].run(f"{connection}['transport']") == "'ipc'"


@only_root
def test_link_is_followed_as_the_learner(hub, learners):
    _, ben = learners
    home = hub.room / "ben"
    code = f"import os; os.chdir({str(home)!r}); os.rename('lessons', 'old');"
    ben.run(f"{code} os.symlink('../anna/lessons', 'lessons')")
    ben.stop_server()
    try:
        assert ben.start_server() == 500
    finally:
        (home / "lessons").unlink()
        (home / "old").rename(home / "lessons")


@only_root
def test_existing_account_is_not_taken(hub, learners):
    # Without the hub's check, all that a server needs would be there.
    subprocess.run(["useradd", "-m", "-d", str(hub.room / "root"), "room-root"], check=True)
    subprocess.run(["usermod", "--home", "/nonexistent", "room-root"], check=True)
    try:
        learners[1].stop_server()
        taker = room.Learner(hub, "root")
        assert taker.sign_in(hub.password("room_password")) == 201
        assert taker.start_server() == 500
    finally:
        room.remove_account("room-root")
