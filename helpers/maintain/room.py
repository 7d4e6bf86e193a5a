"""The room's hub and its learners, for the tests and for ``tests/benchmarks/room.py``."""

import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path

import requests
import websocket

from helpers.course import ROOT

CONFIG = ROOT / "helpers/room/jupyterhub_config.py"
SECONDS_TO_START = 120
# Shows a folder of root's home to everyone, for one command only: pyenv's Pythons are there.
OPEN = (
    'mount --bind "$0/$1" "$2" && mount -t tmpfs -o mode=755 tmpfs "$0" && mkdir "$0/$1"'
    ' && mount --bind "$2" "$0/$1" && shift 2 && exec "$@"'
)


def free_port():
    """Return a port of this computer that nothing uses."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


def install_proxy(folder):
    """Install the proxy that JupyterHub needs; return the folder of the program."""
    command = ["npm", "install", "--silent", "--prefix", folder, "configurable-http-proxy"]
    subprocess.run(command, check=True, timeout=300)
    return folder / "node_modules/.bin"


@contextmanager
def readable_python(folder):
    """Yield the words that come before a command that other accounts run this Python in."""
    home, base = Path.home(), Path(sys.base_prefix)
    if os.geteuid() or not base.is_relative_to(home) or home.stat().st_mode & 1:
        yield []
        return
    kept = Path(tempfile.mkdtemp(dir=folder))
    child = base.relative_to(home).parts[0]
    yield ["unshare", "--mount", "sh", "-c", OPEN, home, child, kept]


def remove_account(name):
    """Remove a Linux account, and what it runs: a hub that ends leaves its servers running."""
    subprocess.run(["pkill", "--signal", "KILL", "--uid", name])
    subprocess.run(["userdel", name], check=True)


@contextmanager
def new_room():
    """Yield a folder for a room; then remove it, and the accounts that its hub has made."""
    import pwd  # Windows does not have it.

    # The path of a kernel's socket must be short.
    folder = Path(tempfile.mkdtemp(prefix="room"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        for account in pwd.getpwall():
            if Path(account.pw_dir).parent == folder:
                remove_account(account.pw_name)
        shutil.rmtree(folder)


class Hub:
    """A hub in a process of its own, which other accounts can use if `before` lets them."""

    def __init__(self, room, proxy, *, host="127.0.0.1", seats=20, before=()):
        self.room, self.log = room, room / "log"
        scheme = "http" if host == "127.0.0.1" else "https"
        port = free_port()
        self.url = f"{scheme}://127.0.0.1:{port}"
        self.command = [
            *before,
            *(sys.executable, "-m", "jupyterhub", "-f", CONFIG),
            f"--url=http://{host}:{port}",
            f"--JupyterHub.hub_port={free_port()}",
            f"--ConfigurableHTTPProxy.api_url=http://127.0.0.1:{free_port()}",
            f"--JupyterHub.active_server_limit={seats}",
        ]
        path = f"{proxy}{os.pathsep}{os.environ['PATH']}"
        self.environment = {**os.environ, "COURSE_ROOM": str(room), "PATH": path}

    def start(self):
        """Start the hub, or start it again, and wait until it answers."""
        with open(self.log, "a") as log:
            self.process = subprocess.Popen(
                self.command, cwd=self.room, env=self.environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline and self.process.poll() is None:
            with suppress(requests.ConnectionError):
                if requests.get(f"{self.url}/hub/api/", verify=False).ok:
                    return
            time.sleep(0.5)
        self.stop()
        raise RuntimeError(f"The hub has not started:\n{self.log.read_text()[-3000:]}")

    def stop(self):
        """End the hub and its proxy; the learners' servers go on."""
        self.process.terminate()
        self.process.wait(timeout=60)

    def password(self, name):
        """Return one of the hub's secrets by the name of its file."""
        return (self.room / ".hub" / name).read_text().strip()


def read_answer(connection, message):
    """Return what a cell prints and its value as text. An error is raised."""
    text = ""
    while True:
        answer = json.loads(connection.recv())
        content = answer["content"]
        if content.get("execution_state") in ("restarting", "autorestarting", "dead"):
            raise RuntimeError("the kernel died")
        if answer["parent_header"].get("msg_id") != message:
            continue
        if answer["msg_type"] == "error":
            raise RuntimeError(f"{content['ename']}: {content['evalue']}")
        if answer["msg_type"] == "stream":
            text += content["text"]
        elif answer["msg_type"] == "execute_result":
            text += content["data"]["text/plain"]
        elif content.get("execution_state") == "idle":
            return text


class Learner:
    """Someone with a browser: signs in, has a server, runs code in a kernel."""

    def __init__(self, hub, name):
        self.hub, self.name = hub, name
        self.session = requests.Session()
        self.session.verify = False
        # Otherwise, a bundle of certificates in the environment wins over it.
        self.session.trust_env = False

    def sign_in(self, password):
        """Return the status of the answer; with the right password, also take a token."""
        self.session.get(f"{self.hub.url}/hub/login")
        data = {"username": self.name, "password": password, "_xsrf": self.xsrf()}
        # The page that comes next would start a server.
        answer = self.session.post(
            f"{self.hub.url}/hub/login?next=/hub/home", data=data, allow_redirects=False
        )
        if answer.status_code == 302:
            self.session.get(f"{self.hub.url}/hub/home")
            answer = self.api("post", "tokens", params={"_xsrf": self.xsrf()})
            self.session.headers["Authorization"] = f"token {answer.json()['token']}"
        return answer.status_code

    def xsrf(self):
        """Return the newest token that a form must carry."""
        return [cookie.value for cookie in self.session.cookies if cookie.name == "_xsrf"][-1]

    def api(self, method, path, **options):
        """Ask the hub about this learner."""
        url = f"{self.hub.url}/hub/api/users/{self.name}/{path}".rstrip("/")
        return self.session.request(method, url, **options)

    def server(self, method, path, of=None, **options):
        """Ask the learner's own server, or that of another learner."""
        url = f"{self.hub.url}/user/{of or self.name}/{path}"
        return self.session.request(method, url, **options)

    def start_server(self):
        """Return the status of the answer to the wish for a server, after waiting for it."""
        status = self.api("post", "server").status_code
        deadline = time.monotonic() + SECONDS_TO_START
        while status == 202 and time.monotonic() < deadline:
            if self.api("get", "").json()["servers"].get("", {}).get("ready"):
                return 201
            time.sleep(0.5)
        return status

    def start_kernel(self):
        """Start a new kernel and open the channel to it."""
        self.kernel = self.server("post", "api/kernels").json()["id"]
        self.connect()

    def connect(self):
        """Open the channel to the kernel, as a browser does that is connected again."""
        url = f"{self.hub.url}/user/{self.name}/api/kernels/{self.kernel}/channels"
        self.connection = websocket.create_connection(
            url.replace("http", "ws", 1),
            header=[f"Authorization: {self.session.headers['Authorization']}"],
            sslopt={"cert_reqs": ssl.CERT_NONE, "check_hostname": False},
            timeout=300,
        )

    def run(self, code):
        """Run a cell; return what it prints and its value as text. An error is raised."""
        header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "version": "5.3"}
        header |= {"username": self.name, "session": self.kernel}
        # Otherwise, a kernel drops the cells that come right after an error.
        content = {"code": code, "silent": False, "allow_stdin": False, "stop_on_error": False}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        self.connection.send(json.dumps({**message, "channel": "shell"}))
        return read_answer(self.connection, header["msg_id"])

    def stop_server(self):
        """Return the status of the answer to the wish that the server ends."""
        return self.api("delete", "server").status_code
