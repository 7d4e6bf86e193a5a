"""One server for a room of learners: ``jupyterhub -f helpers/room/jupyterhub_config.py``.

Started by root, it gives each learner a Linux account of their own; started by anyone else,
all learners share the account of whoever started it. "A server for the room" in
``notebooks/TEACHING.md`` says how to use it, and what it does not isolate.
"""

import os
import pwd
import secrets
import socket
import subprocess
import sys
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from jupyterhub.app import JupyterHub
from jupyterhub.spawner import SimpleLocalProcessSpawner, set_user_setuid

GIB = 2**30
# Measured with tests/benchmarks/room.py: lesson 1, one kernel, and the learner's server.
MEMORY_OF_A_SEAT = 1.25 * GIB
# For each process of a learner. Lesson 1 uses 1.5 GiB of it on two cores; each thread, and
# there are more with more cores, counts with the 8 MiB of its stack.
MEMORY_LIMIT = 4 * GIB
IDLE_SECONDS = 3600

COURSE = Path(__file__).resolve().parents[2]
ACCOUNTS = os.geteuid() == 0
# No account that has another purpose begins with it.
PREFIX = "room-"
LONGEST_NAME = 16
# The path of a kernel's socket has at most 107 bytes.
LONGEST_ROOM = 107 - len("//.run/kernel--ipc-1") - LONGEST_NAME - 36

ROOM = Path(os.environ.get("COURSE_ROOM", "/srv/room" if ACCOUNTS else COURSE / "work/room"))
STATE = ROOM / ".hub"
# Learners pass through ROOM to their own folder, but cannot list it.
ROOM.mkdir(mode=0o711 if ACCOUNTS else 0o700, parents=True, exist_ok=True)
STATE.mkdir(mode=0o700, exist_ok=True)


def read_secret(name, new):
    """Return a password from a file that only the owner of the hub reads; write it if missing."""
    file = STATE / name
    if not file.exists():
        file.write_text(f"{new}\n")
    return file.read_text().strip()


def certificate():
    """Return the files of the certificate and its key; make a self-signed one if missing."""
    files = STATE / "tls.crt", STATE / "tls.key"
    if not all(file.exists() for file in files):
        name = socket.gethostname()
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "365"]
        command += ["-subj", f"/CN={name[:64]}", "-addext", f"subjectAltName=DNS:{name}"]
        command += ["-out", files[0], "-keyout", files[1]]
        subprocess.run(command, check=True, capture_output=True)
    return map(str, files)


def is_loopback(url):
    """Return whether only this computer can reach the address."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def check_accounts():
    """End if an account that is not root's cannot run the course."""
    if len(os.fsencode(ROOM)) > LONGEST_ROOM:
        sys.exit(f"{ROOM} is too long: set COURSE_ROOM to at most {LONGEST_ROOM} characters")
    nobody = pwd.getpwnam("nobody")
    code = "import helpers, jupyterlab, jupyterhub, os, sys; os.stat(sys.argv[1])"
    # env: it reports a Python that the account cannot run; Popen would raise an error.
    result = subprocess.run(
        ["/usr/bin/env", sys.executable, "-c", code, STATE],
        user=nobody.pw_uid,
        group=nobody.pw_gid,
        extra_groups=[],
        cwd="/",
        stderr=subprocess.PIPE,
        text=True,
    )
    if result.returncode:
        sys.exit(
            f"{result.stderr}\nLearners' accounts cannot use {sys.executable}, {COURSE} or {ROOM}."
            " Put the course and its virtual environment into a folder that everyone can read,"
            " such as /srv/course, and use a Python that is not in a home folder."
        )


def account(spawner):
    """Return the learner's Linux account; make it if it is missing."""
    name = PREFIX + spawner.user.name
    try:
        found = pwd.getpwnam(name)
    except KeyError:
        # The whole path: after `su` without a hyphen, root does not find it.
        command = ["/usr/sbin/useradd", "--create-home", "--home-dir", spawner.home_dir]
        command += ["--user-group", "--key", "HOME_MODE=0700", "--shell", "/bin/bash", name]
        subprocess.run(command, check=True)
        found = pwd.getpwnam(name)
    if found.pw_dir != spawner.home_dir:
        raise PermissionError(f"The account {name} belongs to something else: {found.pw_dir}")
    return found


def prepare(spawner):
    """Give the learner an account, a folder, and the lessons that the folder does not have."""
    command = [sys.executable, COURSE / "helpers/room/give_lessons.py", spawner.home_dir]
    # As the learner: root would follow the links that a learner puts there.
    owner = {}
    if ACCOUNTS:
        found = account(spawner)
        owner = {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
    subprocess.run(command, check=True, **owner)


class AccountSpawner(SimpleLocalProcessSpawner):
    """Start a learner's server in the learner's own Linux account."""

    def make_preexec_fn(self, name):
        """Return the function that changes to the account of the learner `name`."""
        return set_user_setuid(PREFIX + name)


c = get_config()  # noqa: F821

# Who may come in: any name with the room's password, and the teacher.
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = read_secret("room_password", secrets.token_hex(5))
c.SharedPasswordAuthenticator.admin_password = read_secret(
    "teacher_password", secrets.token_urlsafe(24)
)
c.Authenticator.admin_users = {"teacher"}
c.Authenticator.allow_all = True
# It names a folder.
c.Authenticator.username_pattern = rf"^[a-z][a-z0-9-]{{0,{LONGEST_NAME - 1}}}$"

# What each learner gets.
c.JupyterHub.spawner_class = AccountSpawner if ACCOUNTS else SimpleLocalProcessSpawner
c.SimpleLocalProcessSpawner.home_dir_template = str(ROOM / "{username}")
c.Spawner.pre_spawn_hook = prepare
limit = ["prlimit", f"--data={MEMORY_LIMIT}"]
c.Spawner.cmd = [*limit, sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.notebook_dir = "~/lessons"
c.Spawner.default_url = "/lab/tree/01_basic_classification.ipynb"
c.Spawner.start_timeout = c.Spawner.http_timeout = 120
memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
c.JupyterHub.active_server_limit = max(1, int(memory // MEMORY_OF_A_SEAT))
# A kernel that nobody uses for an hour ends, and then its server.
c.Spawner.args = [
    f"--MappingKernelManager.cull_idle_timeout={IDLE_SECONDS}",
    f"--ServerApp.shutdown_no_activity_timeout={IDLE_SECONDS}",
    # Otherwise, JupyterLab begins with the question whether a learner wants news of Jupyter.
    f"--LabApp.app_settings_dir={COURSE / 'helpers/room/settings'}",
]
if ACCOUNTS:
    check_accounts()
    # Every account of the computer can read what a kernel sends to a TCP port.
    c.Spawner.args += ["--KernelManager.transport=ipc"]
    c.Spawner.environment = {"JUPYTER_RUNTIME_DIR": lambda spawner: f"{spawner.home_dir}/.run"}

# Where the hub listens, and where it keeps its state.
hub = JupyterHub.instance()
if not {"bind_url", "ip", "port"} & set(hub.cli_config.get("JupyterHub", {})):
    c.JupyterHub.bind_url = "http://127.0.0.1:8000"
elif not is_loopback(hub.bind_url):
    c.JupyterHub.ssl_cert, c.JupyterHub.ssl_key = certificate()
c.JupyterHub.db_url = f"sqlite:///{STATE / 'hub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(STATE / "cookie_secret")
c.ConfigurableHTTPProxy.pid_file = str(STATE / "proxy.pid")
# A restart of the hub leaves the learners' work running.
c.JupyterHub.cleanup_servers = False
