"""The loop of a function's process: one invocation after the other, over a socket that the server has the other end of.

F1. The handler runs in the main thread; nothing of the runtime runs beside it. What it prints is out before its answer is.
F2. When the server has gone, so does this process (and whoever ignores that is killed by functions/guard.sh).
F3. Where the function brings a module that this warm process has imported, Python is started anew: the function's comes first.

A frame is the lengths of its head and its body (four bytes each), the head as JSON, the body.
"""
import json
import logging
import os
import resource
import socket
import struct
import sys
import time

from . import handler as handlers
from .context import Context

SOCKET = ".telar-runtime"
LENGTHS = struct.Struct(">II")
COLD = "TELAR_COLD"
_request_id = ""


class Handler(logging.Handler):
    """As AWS's runtime logs: the level, the time, the request, the message; one event whatever its lines."""

    def emit(self, record):
        try:
            sys.stdout.write(self.format(record).replace("\n", "\r") + "\n")
        except Exception:
            self.handleError(record)


class Formatter(logging.Formatter):
    converter = time.gmtime

    def __init__(self):
        super().__init__("[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s", "%Y-%m-%dT%H:%M:%S")


def add_request_id(record):
    record.aws_request_id = _request_id
    return True


def set_up_logging():
    made = Handler()
    made.setFormatter(Formatter())
    made.addFilter(add_request_id)
    logging.root.addHandler(made)


def receive(connection, length):
    pieces = []
    while length > 0:
        piece = connection.recv(min(length, 1 << 20))
        if not piece:
            os._exit(0)  # F2
        pieces.append(piece)
        length -= len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def receive_frame(connection):
    head, body = LENGTHS.unpack(receive(connection, LENGTHS.size))
    given = json.loads(receive(connection, head))
    return given, receive(connection, body)


def send_frame(connection, head, body):
    head["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    text = json.dumps(head).encode()
    connection.sendall(LENGTHS.pack(len(text), len(body)) + text + body)


def flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass  # the function has closed it


def say(text):
    try:
        sys.stdout.write(text)
    except Exception:
        pass


def own_modules(task, is_imported):
    """Modules that the function brings and that are imported already."""
    found = []
    with os.scandir(task) as entries:
        for entry in entries:
            name, _, ending = entry.name.partition(".")
            if is_imported(name) and (ending in ("py", "pyc") or ending.endswith("so") or entry.is_dir()):
                found.append(name)
    return found


def start_anew_where_needed(task):
    warm = sys.modules.get("telar_warm.interpreter")
    if os.environ.pop(COLD, None) is not None or warm is None:
        return
    own = own_modules(task, warm.is_imported)
    if own:
        print("telar: this worker starts cold: the function brings %s, which a warm process has imported." % ", ".join(sorted(own)))
        flush()
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, COLD: "1"})


def run(function, given, body):
    """One invocation: what it answers, and whether that is an error."""
    try:
        try:
            event = json.loads(body)
        except ValueError as error:
            raise handlers.Fault("Runtime.UnmarshalError", "Unable to unmarshal input: %s" % error) from None
        return "result", handlers.answer(function(event, Context(given)))
    except SystemExit as error:
        flush()
        os._exit(exit_status(error.code))
    except BaseException as error:
        payload, text = handlers.describe(error, given["requestId"])
        say(text)
        return "error", payload


def exit_status(code):
    return code & 0xFF if isinstance(code, int) else 0 if code is None else 1


def initialise():
    began = time.perf_counter()
    try:
        function = handlers.find(os.environ["_HANDLER"])
        return function, {"type": "ready", "initMilliseconds": (time.perf_counter() - began) * 1000}, b""
    except SystemExit as error:
        flush()
        os._exit(exit_status(error.code))
    except BaseException as error:
        payload, text = handlers.describe(error, "")
        say(text)
        return None, {"type": "failed"}, payload


def main():
    global _request_id
    task = os.environ["LAMBDA_TASK_ROOT"]
    start_anew_where_needed(task)
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(SOCKET)
    os.chdir(task)
    sys.path.insert(0, task)
    set_up_logging()
    function, head, body = initialise()
    flush()
    send_frame(connection, head, body)
    while function is not None:
        given, body = receive_frame(connection)
        _request_id = given["requestId"]
        kind, payload = run(function, given, body)
        flush()
        send_frame(connection, {"type": kind, "requestId": _request_id}, payload)
