"""The worker processes: forked from the front, one request at a time each, replaced when they hang or die.

W1. The user's code and the model live in workers only, in their main threads: the front stays able to answer, whatever they do.
W2. A request that takes longer than the timeout is answered with that, and its worker is killed: nothing else ends a hung
    prediction. One whose worker died is answered with how it died. It is never tried a second time.
W3. A worker that cannot load its model says why and ends. It is tried again when asked for, RETRY_SECONDS later at the earliest.
"""
import asyncio
import collections
import logging
import os
import signal
import socket

from . import messages, worker

log = logging.getLogger("telar")
RETRY_SECONDS = 5
MOST_WAITING = 1000


class Unavailable(Exception):
    """There is no answer from a worker. `status` is what the client is told."""

    def __init__(self, status, text):
        super().__init__(text)
        self.status = status


class Worker(asyncio.Protocol):
    """The front's end of one worker's socket."""

    def __init__(self, pool, pid):
        self.pool = pool
        self.pid = pid
        self.ready = False
        self.reply = None  # the future of the request under way
        self.unpacker = messages.Unpacker()
        self.transport = None
        self.closed = False
        self.how = None  # how its process ended
        self.over_time = False

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        for head, body in self.unpacker.feed(data):
            if head["kind"] == "loaded":
                self.ready = True
                self.pool.loaded(self)
            elif head["kind"] == "failed":
                self.pool.load_failed(head["error"])
            elif self.reply and not self.reply.done():
                self.reply.set_result((head, body))

    def connection_lost(self, error):
        self.closed = True
        if self.how:
            self.pool.lost(self)
        else:  # its end is told by SIGCHLD; what only closed its socket is of no use any more
            asyncio.get_running_loop().call_later(1, self.kill)

    def reap(self):
        """Looks whether the process has ended. What it said last is still read before that counts."""
        if self.how is None:
            self.how = ending(self.pid)
            if self.how and self.closed:
                self.pool.lost(self)
            elif self.how:
                asyncio.get_running_loop().call_later(0.5, self.pool.lost, self)

    def kill(self):
        if self.how is None:
            os.kill(self.pid, signal.SIGKILL)

    def kill_if_busy_with(self, reply):
        if not reply.done():
            self.over_time = True
            self.kill()


class Pool:
    def __init__(self, settings, load):
        self.settings = settings
        self.load = load  # runs in the worker, and returns what answers requests
        self.workers = set()
        self.idle = collections.deque()
        self.waiting = collections.deque()
        self.failure = None
        self.failed_at = None
        self.stopping = False

    # life

    async def start(self):
        asyncio.get_running_loop().add_signal_handler(signal.SIGCHLD, self.reap)
        for _ in range(self.settings.workers):
            await self.spawn()

    async def spawn(self):
        if self.stopping:
            return
        try:
            ours, theirs = socket.socketpair()
            pid = os.fork()
        except OSError as error:
            return self.load_failed("No worker process could be started: %s" % error)
        if pid == 0:
            worker.run(theirs, self.load)  # does not return
        theirs.close()
        ours.setblocking(False)
        started = Worker(self, pid)
        self.workers.add(started)
        await asyncio.get_running_loop().create_connection(lambda: started, sock=ours)

    def reap(self):
        for one in list(self.workers):
            one.reap()

    @property
    def ready(self):
        return any(one.ready for one in self.workers)

    def loaded(self, one):
        self.failure = self.failed_at = None
        log.info("Model loaded by worker %d.", one.pid)
        self.next_for(one)

    def load_failed(self, text):
        self.failure = text
        self.failed_at = asyncio.get_running_loop().time()

    def lost(self, one):
        """A worker has ended: its request, if any, is answered, and another takes its place."""
        if one not in self.workers:
            return
        self.workers.discard(one)
        one.transport.abort()
        if one in self.idle:
            self.idle.remove(one)
        if one.reply and not one.reply.done():
            one.reply.set_exception(Unavailable(500, "The worker process ended in the midst of the request: %s." % one.how))
        if self.stopping:
            return
        if one.ready:
            if not one.over_time:
                log.error("Worker %d ended: %s. Another takes its place.", one.pid, one.how)
            asyncio.ensure_future(self.spawn())
        elif not self.workers:
            if not self.failure:
                self.load_failed("The worker process ended while it loaded the model: %s." % one.how)
                log.error(self.failure)
            while self.waiting:
                asked = self.waiting.popleft()
                if not asked.done():
                    asked.set_exception(Unavailable(500, self.failure))

    async def revive(self):
        """Starts workers again after all failed to load, when the last failure is a while ago."""
        if self.stopping or self.workers or self.failed_at is None:
            return
        if asyncio.get_running_loop().time() - self.failed_at >= RETRY_SECONDS:
            log.info("Loading the model again.")
            self.failed_at = None
            await self.start()

    async def stop(self, grace):
        """Workers end with what they are doing, and are killed after the grace."""
        self.stopping = True
        busy = [one.reply for one in self.workers if one.reply and not one.reply.done()]
        if busy:
            await asyncio.wait(busy, timeout=grace)
        for one in list(self.workers):
            one.kill()

    # requests

    async def ask(self, head, body=b""):
        """A worker's (head, body) for a request. @raises Unavailable"""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self.settings.timeout
        await self.revive()
        if not self.workers:
            raise Unavailable(500, self.failure or "There is no worker.")
        one = await self.take(deadline)
        reply = one.reply = loop.create_future()
        # Also when the client leaves: only its death ends a hung prediction, and only its end makes a worker free again.
        over = loop.call_at(deadline, one.kill_if_busy_with, reply)
        reply.add_done_callback(lambda _: (over.cancel(), self.give_back(one)))
        one.transport.write(messages.pack(head, body))
        try:
            return await asyncio.shield(reply)
        except Unavailable:
            if not one.over_time:
                raise
            log.error("A request took longer than %d s (SAGEMAKER_MODEL_SERVER_TIMEOUT): its worker was killed.", self.settings.timeout)
            raise Unavailable(504, "The model did not answer within %d seconds." % self.settings.timeout)

    def give_back(self, one):
        if not one.reply.cancelled():
            one.reply.exception()  # looked at, so that it is not logged as unseen
        one.reply = None
        self.next_for(one)

    async def take(self, deadline):
        """A worker that is free, once there is one. @raises Unavailable"""
        if self.idle:
            return self.idle.popleft()
        if len(self.waiting) >= MOST_WAITING:
            raise Unavailable(503, "%d requests are waiting for the model. Try again." % MOST_WAITING)
        loop = asyncio.get_running_loop()
        asked = loop.create_future()
        self.waiting.append(asked)
        try:
            return await asyncio.wait_for(asyncio.shield(asked), max(0, deadline - loop.time()))
        except BaseException as error:
            if asked.done() and not asked.cancelled() and asked.exception() is None:
                self.next_for(asked.result())  # given in the very moment in which it was given up
            asked.cancel()
            if asked in self.waiting:
                self.waiting.remove(asked)
            if isinstance(error, asyncio.TimeoutError):
                what = "was not loaded" if not self.ready else "was busy with other requests"
                raise Unavailable(503, "The model %s for %d seconds." % (what, self.settings.timeout))
            raise

    def next_for(self, one):
        if one not in self.workers or not one.ready:
            return
        while self.waiting:
            asked = self.waiting.popleft()
            if not asked.done():
                asked.set_result(one)
                return
        self.idle.append(one)


def ending(pid):
    """How a child process ended, or None while it runs."""
    try:
        ended, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return "it is gone"
    if ended == 0:
        return None
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        hint = ", as when memory runs out" if number == signal.SIGKILL else ""
        return "it was killed by %s%s" % (signal.Signals(number).name, hint)
    return "it exited with status %d" % os.WEXITSTATUS(status)
