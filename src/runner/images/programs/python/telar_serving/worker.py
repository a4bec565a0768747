"""One worker process: loads the model, then answers requests one after the other, in its main thread."""
import asyncio
import logging
import os
import signal
import socket
import sys
import traceback

from . import messages
from .errors import InferenceError

log = logging.getLogger("telar")
RECEIVE_BYTES = 1 << 20
LONGEST_ERROR = 16384


def run(sock, load):
    """Called in the fork. Never returns: what the front has registered for its own exit must not run here."""
    status = 1
    try:
        leave_front(sock)
        status = serve(sock, load)
    except BrokenPipeError:
        status = 0  # the front has gone
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def leave_front(sock):
    """Gives up what was the front's: its signals, its event loop, its clients' connections."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)  # stopping reaches every process of a job: when to end is the front's to say
    signal.set_wakeup_fd(-1)
    asyncio._set_running_loop(None)
    asyncio.set_event_loop(None)
    kept = sock.fileno()
    os.closerange(3, kept)
    os.closerange(kept + 1, max(kept + 1, highest_descriptor() + 1))


def highest_descriptor():
    for folder in ("/proc/self/fd", "/dev/fd"):
        try:
            return max(int(name) for name in os.listdir(folder))
        except (OSError, ValueError):
            continue
    return 1024


def describe(error):
    return "%s: %s" % (type(error).__name__, error) if str(error) else type(error).__name__


def serve(sock, load):
    try:
        handler = load()
    except BaseException as error:  # SystemExit too: the user's script may end in one
        traceback.print_exc()
        text = "The model could not be loaded: %s" % describe(error)
        log.error(text)
        sock.sendall(messages.pack({"kind": "failed", "error": text[:LONGEST_ERROR]}))
        return 1
    sock.sendall(messages.pack({"kind": "loaded"}))
    unpacker = messages.Unpacker()
    while True:
        data = sock.recv(RECEIVE_BYTES)
        if not data:
            return 0
        for head, body in unpacker.feed(data):
            status, content_type, result = answer(handler, head, body)
            sock.sendall(messages.pack({"kind": "answer", "status": status, "content_type": content_type}, result))


def answer(handler, head, body):
    """(status, content type, body), whatever the user's code does."""
    try:
        return handler(head, body)
    except InferenceError as error:
        log.error("Request refused with %d: %s", error.status, error)
        return error.status, error.content_type, error.text.encode("utf-8", "replace")
    except Exception as error:
        traceback.print_exc()
        text = "%s\n%s" % (describe(error), traceback.format_exc())
        return 500, "text/plain; charset=utf-8", text[:LONGEST_ERROR].encode("utf-8", "replace")
