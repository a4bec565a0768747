"""Process 1 of a job's pid namespace, which supervises it. Keeps the contract of supervisor.sh, and its numbers:

S1. Exactly one supervisor ever runs a job: the claim is a hard link.
S2. `exit` appears by rename, after all processes of the job ended. Room for it is taken before the job starts.
S3. Nobody signals the supervisor. When it is killed nevertheless, the kernel ends its namespace, and with it the job.

It sees the machine's own files (the job does not), and holds nothing but them.
"""
import json
import os
import signal

from . import interpreter, sandbox

LONGEST_PATH = 8192


def lines(descriptor):
    """What is written there, line by line, until its writer has gone."""
    rest = b""
    while True:
        part = os.read(descriptor, LONGEST_PATH)
        if not part:
            return
        *whole, rest = (rest + part).split(b"\n")
        yield from whole


def read_path(descriptor, take):
    """The path of the job's folder, or None when nobody will write one. What comes before it, `take` is given."""
    for line in lines(descriptor):
        if line.startswith(b"/"):
            os.close(descriptor)
            return line
        take(line)
    return None


def close_all_but(*kept):
    for name in os.listdir("/proc/self/fd"):
        descriptor = int(name)
        if descriptor > 2 and descriptor not in kept:
            try:
                os.close(descriptor)
            except OSError:
                pass  # the listing's own


def supervise(reading):
    """Waits for a job and supervises it to its end. Returns only in the job's process, inside its sandbox: with its plan."""
    os.setsid()
    os.umask(0o022)
    close_all_but(reading)
    job_reading, job_writing = os.pipe()
    job = os.fork()
    if job == 0:
        os.close(job_writing)
        os.close(reading)
        interpreter.rehearse()
        path = read_path(job_reading, wait_in)
        if path is None:
            os._exit(0)
        return sandbox.enter(os.open(path, os.O_RDONLY | os.O_DIRECTORY))
    os.close(job_reading)
    null = os.open("/dev/null", os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)
    rehearse()
    path = read_path(reading, lambda line: os.write(job_writing, line + b"\n"))
    if path is None:
        os._exit(0)
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    if not claim(folder):
        os._exit(0)
    write_new(folder, "exit.partial", "    \n")
    os.write(job_writing, path + b"\n")
    os.close(job_writing)
    record(folder, end_of(folder, job))
    os._exit(0)


def wait_in(line):
    """Enters the control groups in which this process waits. One that cannot will be no job: it could not be bounded."""
    try:
        sandbox.join(json.loads(line)["join"])
    except OSError:
        os._exit(sandbox.FAILED)


def rehearse():
    """Touches the memory that the claim will touch, before anybody waits for it."""
    devices = os.open("/dev", os.O_RDONLY | os.O_DIRECTORY)
    write_new(devices, "null", sandbox.identity())
    os.close(devices)


def write_new(folder, name, text):
    descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644, dir_fd=folder)
    os.write(descriptor, text.encode())
    os.close(descriptor)


def claim(folder):
    """Whether the job is this supervisor's. The last line tells the server how the job's processes are found."""
    identity = sandbox.identity()
    mine = "identity.%s" % identity.split("\n", 1)[0]
    write_new(folder, mine, identity + "warm\n")
    try:
        os.link(mine, "identity", src_dir_fd=folder, dst_dir_fd=folder)
        return True
    except FileExistsError:
        return False
    finally:
        os.unlink(mine, dir_fd=folder)


def end_of(folder, job):
    """Waits for the job, then for the rest of its processes, which end with it. Answers its status as a shell does."""
    status = None
    while status is None:
        pid, waited = os.waitpid(-1, 0)
        if pid == job:
            status = os.WEXITSTATUS(waited) if os.WIFEXITED(waited) else 128 + os.WTERMSIG(waited)
            if os.WIFSIGNALED(waited):
                say(folder, os.WTERMSIG(waited))
    try:
        while True:
            os.kill(-1, signal.SIGKILL)
            os.waitpid(-1, 0)
    except (ProcessLookupError, ChildProcessError):
        return status


def say(folder, number):
    """In the job's log, as a shell does."""
    if number in (signal.SIGINT, signal.SIGPIPE):
        return
    try:
        log = os.open("output.log", os.O_WRONLY | os.O_APPEND, dir_fd=folder)
        os.write(log, (signal.strsignal(number) + "\n").encode())
        os.close(log)
    except OSError:
        pass  # a full disk


def record(folder, status):
    descriptor = os.open("exit.partial", os.O_WRONLY, dir_fd=folder)
    os.write(descriptor, b"%4d\n" % status)
    os.close(descriptor)
    os.rename("exit.partial", "exit", src_dir_fd=folder, dst_dir_fd=folder)
