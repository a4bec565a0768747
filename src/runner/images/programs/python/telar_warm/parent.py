"""The warm parent: imports an image's packages once and forks jobs from what it then is.

P1. It reads nothing of any job: a request is the path of the job's folder, and the job's own process reads what lies there.
    So nothing of one job can be inherited by another.
P2. It has one thread. Where an import started others, it says so and serves nobody: a fork would inherit half of them.
P3. It ends when its server does, which closes the control socket. Jobs under way go on: they are nobody's children.
"""
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import time

from . import fresh, interpreter, pages, rehearsal, sandbox, supervisor

LONGEST_PATH = 8192
# Seconds between a request and the making of the next pair: not while the job begins.
BREATHER = 0.015
# Pairs: as many as quick steps of a pipeline use up while one is made, which takes longer than they do.
WAITING = 2


def import_all(names):
    """Imports what can be imported, with thread pools that start in the job. Returns the names that could not be."""
    missing = []
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # it starts its threads when it is loaded; fresh.py starts them in the job
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError:
            missing.append(name)
    del os.environ["OPENBLAS_NUM_THREADS"]
    return missing


def count_threads():
    return len(os.listdir("/proc/self/task"))


def resident():
    """Bytes of memory that are this process's own."""
    with open("/proc/self/statm") as file:
        fields = file.read().split()
    return (int(fields[1]) - int(fields[2])) * os.sysconf("SC_PAGE_SIZE")


def fork_first(close):
    """Forks into a new pid namespace, whose process 1 the child is. Answers the child's pid (0 in it)."""
    if sandbox.CAN_RETURN:
        sandbox.unshare(sandbox.CLONE_NEWPID)
        try:
            return os.fork()
        finally:
            if os.getpid() != 1:
                sandbox.return_to_own_pid_namespace()
    # Without root there is no way back into the machine's pid namespace: another process goes there.
    between = os.fork()
    if between:
        try:
            os.waitpid(between, 0)
        except ChildProcessError:
            pass  # it has ended: the kernel collected it
        return between
    try:
        close()
        sandbox.unshare(sandbox.CLONE_NEWPID)
        if os.fork():
            os._exit(0)
    except BaseException:
        os._exit(1)
    return 0


def make_pair(control):
    """A supervisor and a process that will be a job, waiting. Answers the end by which they are told which."""
    reading, writing = os.pipe()

    def close():
        control.close()
        os.close(writing)

    if fork_first(close):
        os.close(reading)
        return writing
    try:
        if sandbox.CAN_RETURN:
            close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        command = supervisor.supervise(reading)
    except BaseException as error:
        print("telar: a supervisor failed: %r" % error, file=sys.stderr, flush=True)
        os._exit(1)
    # Only the job comes here.
    interpreter.become(command)


class Pairs:
    """Pairs that wait, the oldest first, each in control groups of its own: the first job gets the first pair and the first groups."""

    def __init__(self, control):
        self.control = control
        self.waiting = []
        self.groups = []  # for pairs that are not made yet
        self.ungrouped = []

    def few(self):
        return len(self.waiting) < WAITING

    def make(self):
        pair = make_pair(self.control)
        self.waiting.append(pair)
        if self.groups:
            os.write(pair, self.groups.pop(0))
        else:
            self.ungrouped.append(pair)

    def offer(self, groups):
        if self.ungrouped:
            os.write(self.ungrouped.pop(0), groups)
        else:
            self.groups.append(groups)

    def launch(self, path):
        if not self.waiting:
            self.make()
        pair = self.waiting.pop(0)
        if pair in self.ungrouped:
            self.ungrouped.remove(pair)
        os.write(pair, path)
        os.close(pair)


def requests(control, pairs):
    """The lines that come in, and None whenever none has come for a moment and there are few pairs. Ends when the server has gone."""
    buffer = b""
    while True:
        if not select.select([control], [], [], BREATHER if pairs.few() else None)[0]:
            yield None
            continue
        data = control.recv(LONGEST_PATH)
        if not data:
            return
        buffer += data
        *lines, buffer = buffer.split(b"\n")
        if len(buffer) > LONGEST_PATH:
            return
        yield from lines


def serve(descriptor, names):
    control = socket.socket(fileno=descriptor)
    control.set_inheritable(False)
    started = time.monotonic()
    missing = import_all(names)
    rehearsal.rehearse()
    fresh.remember()
    interpreter.remember()
    gc.collect()
    pages.settle()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel collects who ends
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threads = count_threads()
    told = {"threads": threads, "memory": resident(), "missing": missing, "seconds": round(time.monotonic() - started, 3)}
    control.sendall(json.dumps(told).encode() + b"\n")
    if threads != 1:
        return
    pairs = Pairs(control)
    for line in requests(control, pairs):
        if line is None:
            pairs.make()
        elif line.startswith(b"{"):
            pairs.offer(line + b"\n")
        else:
            pairs.launch(line + b"\n")
