"""What the Python helpers of flake-bisect share: names and results as files,
and the fork server (its protocol is described in bisect/ex_warm.h).

The suite's own code runs in the same process, so this module changes nothing
that it could see: no signal handler, no thread, no import of anything that is
not needed, and descriptors of ours are closed before a test runs.
"""
import os
import sys

_ESCAPES = {i: "\\x%02x" % i for i in (*range(32), 127)}
_ESCAPES.update({ord("\\"): "\\\\", ord("\n"): "\\n", ord("\t"): "\\t"})
_MESSAGE_MAX = 2000
_folder = os.path.dirname(os.path.abspath(__file__))


def escape(text):
    """The bytes of one line of a list or results file."""
    if not text.isprintable() or "\\" in text:
        text = text.translate(_ESCAPES)
    if text.startswith("#"):
        text = "\\x23" + text[1:]
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace")


def read_tests(path):
    """The asked names in order, escaped: what escape() gives for them."""
    with open(path, "rb") as file:
        return file.read().split(b"\n")[:-1]


def write_list(path, names):
    with open(path, "wb") as file:
        file.write(b"".join(escape(name) + b"\n" for name in names))


def first_line(text):
    for line in str(text).splitlines():
        if line.strip():
            return line.strip()[:_MESSAGE_MAX]
    return ""


class Results:
    """A results file (see bisect/fw.h).  A line is written at once, so that a
    crash loses no earlier one, and only by the process that opened it: a test
    that forks may come back here twice."""

    def __init__(self, path):
        self.path = path
        self.fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o666)
        self.fd = move_up(self.fd)
        self.pid = os.getpid()

    def _write(self, data):
        if os.getpid() != self.pid:
            return
        while data:
            data = data[os.write(self.fd, data):]

    def test(self, status, seconds, name, message=""):
        micros = -1 if seconds is None else max(0, int(seconds * 1e6))
        line = b"%s\t%d\t%s" % (status.encode(), micros, escape(name))
        if message:
            line += b"\t" + escape(first_line(message))
        self._write(line + b"\n")

    def end(self):
        self._write(b"end\n")


def note_trouble(path, text=""):
    """Why the run proves nothing, in one line beside the results; no text: the
    tests have begun."""
    with open(path + ".error", "wb") as file:
        file.write(escape(first_line(text)) + b"\n")


def note_once(name, text):
    """Writes a line for the reproducing command beside this file, the first time."""
    path = os.path.join(_folder, name)
    if not os.path.exists(path):
        with open("%s.%d" % (path, os.getpid()), "wb") as file:
            file.write(os.fsencode(text) + b"\n")
        os.rename(file.name, path)


def move_up(fd):
    """The descriptor under a high number, where code that closes or counts the
    low ones does not meet it."""
    import fcntl
    for least in (900, 200, 50):
        try:
            high = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, least)
        except OSError:
            continue
        os.close(fd)
        return high
    return fd


def take_environment(as_module=False):
    """Our variables, taken out of the environment so that programs started by
    tests do not see them, and our folder out of sys.path.  as_module: we are a
    script in the place of `-m MODULE`, so sys.path must begin as with that."""
    ours = {}
    for name in list(os.environ):
        if name.startswith("FLAKE_BISECT_"):
            ours[name[len("FLAKE_BISECT_"):].lower()] = os.environ.pop(name)
    for name in ours.pop("restore", "").split():
        value = ours.get("old_" + name.lower())
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    while _folder in sys.path:
        sys.path.remove(_folder)
    if as_module and not sys.flags.isolated and not getattr(sys.flags, "safe_path", False):
        sys.path.insert(0, os.getcwd())
    return ours


class Server:
    """Answers questions by forks.  Made before the suite is loaded, so that
    what the suite prints or closes does not reach the protocol."""

    def __init__(self):
        self.commands = move_up(os.dup(0))
        self.answers = move_up(os.dup(1))
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
        os.dup2(2, 1)
        self.pid = os.getpid()
        self.children = {}  # pid: (id, start, pidfd or -1)
        self.prctl = None
        try:
            import ctypes
            self.prctl = ctypes.CDLL(None).prctl
        except (ImportError, OSError, AttributeError):
            pass

    def say(self, *words):
        line = b" ".join(w if isinstance(w, bytes) else str(w).encode() for w in words) + b"\n"
        try:
            while line:
                line = line[os.write(self.answers, line):]
        except OSError:
            self._end()  # nobody listens any more

    def cannot(self, reason):
        self.say("cannot", escape(first_line(reason)))

    def serve(self, names, run):
        """Does not return in the server.  In each child it returns what run(tests,
        results, folder) returned; the child must then end by os._exit."""
        import gc
        import select

        sys.stdout.flush()
        sys.stderr.flush()
        gc.collect()
        gc.freeze()
        self.say("ready", len(names))
        poll = select.poll()
        poll.register(self.commands, select.POLLIN)
        rest = b""
        while True:
            wait = None if all(c[2] >= 0 for c in self.children.values()) else 5
            ready = [fd for fd, _ in poll.poll(wait)]
            self._reap(poll)
            if self.commands not in ready:
                continue
            data = os.read(self.commands, 65536)
            if not data:
                self._end()
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                asked = self._command(line, names, poll)
                if asked is not None:
                    return run(*asked)

    def _command(self, line, names, poll):
        word, _, rest = line.partition(b" ")
        if word == b"list":
            try:
                write_list(rest, names)
                self.say("listed", len(names))
            except OSError as error:
                self.say("unlisted", escape(str(error)))
        elif word == b"kill":
            number, _, signal = rest.partition(b" ")
            for pid, (other, _, _) in self.children.items():
                if other == number:
                    self._kill(pid, int(signal))
        elif word == b"run":
            number, _, folder = rest.partition(b" ")
            return self._fork(number, os.fsdecode(folder), poll)
        return None

    @staticmethod
    def _kill(pid, signal):
        try:
            os.killpg(pid, signal)
        except OSError:
            pass  # it has ended

    def _fork(self, number, folder, poll):
        import time
        import warnings

        sys.stdout.flush()
        sys.stderr.flush()
        start = time.monotonic()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            try:
                pid = os.fork()
            except OSError as error:
                self.say("unstarted", number, error.errno)
                return None
        if pid == 0:
            return self._child(folder)
        try:
            os.setpgid(pid, pid)
        except OSError:
            pass  # the child did so itself, and has perhaps ended
        pidfd = -1
        if hasattr(os, "pidfd_open"):
            try:
                pidfd = os.pidfd_open(pid)
                poll.register(pidfd, 1)
            except OSError:
                pidfd = -1
        self.children[pid] = (number, start, pidfd)
        self.say("started", number, pid)
        return None

    def _child(self, folder):
        os.setpgid(0, 0)
        if self.prctl:
            self.prctl(1, 9, 0, 0, 0)  # PR_SET_PDEATHSIG, SIGKILL
            if os.getppid() != self.pid:
                os._exit(127)
        for _, _, pidfd in self.children.values():
            if pidfd >= 0:
                os.close(pidfd)
        os.close(self.commands)
        os.close(self.answers)
        self.output = os.path.join(folder, "output")
        temporary = os.path.join(folder, "tmp")
        os.makedirs(temporary, exist_ok=True)
        os.environ["TMPDIR"] = temporary
        if "tempfile" in sys.modules:
            sys.modules["tempfile"].tempdir = None
        return read_tests(os.path.join(folder, "tests")), Results(os.path.join(folder, "results"))

    def connect_output(self):
        """In a child, once nothing else holds standard output: both streams go to
        the run's folder, and so does what a crash prints."""
        sys.stdout.flush()
        sys.stderr.flush()
        output = os.open(self.output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        os.dup2(output, 1)
        os.dup2(output, 2)
        handler = sys.modules.get("faulthandler")
        if handler is not None and handler.is_enabled():
            handler.enable(file=move_up(output))
        else:
            os.close(output)

    def _reap(self, poll):
        import time

        for pid, (number, start, pidfd) in list(self.children.items()):
            micros = int((time.monotonic() - start) * 1e6)
            try:
                # Looked at first: while it is a zombie nobody else can have its
                # number, so that its group can be killed without hitting a stranger.
                if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                    continue
                self._kill(pid, 9)
                status = os.waitpid(pid, 0)[1]
            except ChildProcessError:
                status = -1  # the suite's own code waited for it (a SIGCHLD handler)
            if pidfd >= 0:
                poll.unregister(pidfd)
                os.close(pidfd)
            del self.children[pid]
            self.say("ended", number, status, micros)

    def _end(self):
        for pid in self.children:
            self._kill(pid, 9)
        os._exit(0)
