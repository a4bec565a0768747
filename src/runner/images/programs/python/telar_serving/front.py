"""The front: HTTP on one side, workers on the other. It runs none of the user's code."""
import asyncio
import json
import logging
import os
import signal

from telar_runtime.base import UserError

from .http import Answer, Connection
from .workers import Pool, Unavailable

log = logging.getLogger("telar")
MOST_CONNECTIONS = 1024
DRAIN_SECONDS = 20
LONGEST_REPLY_TYPE = 1024


class Front:
    def __init__(self, settings, load, execution_parameters):
        self.settings = settings
        self.pool = Pool(settings, load)
        self.execution_parameters = execution_parameters  # an object; "script" to ask the worker; None for none
        self.connections = set()
        self.bodies = 0
        self.most_bodies = max(4 * settings.max_body, 256 << 20)
        self.stopping = False
        self.routes = {
            "/ping": {"GET": self.ping, "HEAD": self.ping},
            "/invocations": {"POST": self.invocations},
            "/execution-parameters": {"GET": self.parameters},
        }

    # what connections ask of their server

    def admit(self, connection):
        self.connections.add(connection)
        return len(self.connections) <= MOST_CONNECTIONS

    def forget(self, connection):
        self.connections.discard(connection)

    async def answer(self, request):
        methods = self.routes.get(request.path)
        if methods is None:
            return Answer(404, "There is no %s here: the routes are /ping, /invocations, /execution-parameters.\n" % request.path[:200])
        handler = methods.get(request.method)
        if handler is None:
            return Answer(405, "%s allows %s.\n" % (request.path, ", ".join(methods)), headers=[("Allow", ", ".join(methods))])
        try:
            return await handler(request)
        except Unavailable as error:
            return Answer(error.status, "%s\n" % error)

    # routes

    async def ping(self, request):
        await self.pool.revive()
        if self.pool.ready:
            return Answer(200)
        if self.pool.failure:
            return Answer(500, self.pool.failure + "\n")
        return Answer(503, "The model is being loaded.\n")

    async def invocations(self, request):
        # Without a type, and with the header's older name, as the toolkits read them.
        head = {
            "kind": "invocation",
            "content_type": request.header("contenttype") or request.header("content-type"),
            "accept": request.header("accept"),
        }
        return reply(*await self.pool.ask(head, request.body))

    async def parameters(self, request):
        if self.execution_parameters is None:
            return Answer(404, "This model has no execution parameters.\n")
        if self.execution_parameters == "script":
            return reply(*await self.pool.ask({"kind": "execution-parameters"}))
        return Answer(200, json.dumps(self.execution_parameters), "application/json")

    # life

    async def run(self):
        """Until SIGTERM or SIGINT."""
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ended.set)
        server = await self.listen(loop)
        await self.pool.start()
        await ended.wait()
        log.info("Ending: requests under way have %d s.", DRAIN_SECONDS)
        self.stopping = True
        server.close()
        await self.drain()
        await self.pool.stop(DRAIN_SECONDS)
        if self.settings.socket:
            os.unlink(self.settings.socket)

    async def listen(self, loop):
        try:
            return await self.open_socket(loop)
        except OSError as error:
            raise UserError("serve cannot listen: %s. Another port is chosen by SAGEMAKER_BIND_TO_PORT." % error)

    async def open_socket(self, loop):
        settings = self.settings
        protocol = lambda: Connection(self)  # noqa: E731
        if settings.socket:
            if os.path.exists(settings.socket):
                os.unlink(settings.socket)
            server = await loop.create_unix_server(protocol, settings.socket, backlog=512)
            log.info("Listening on %s with %d workers.", settings.socket, settings.workers)
            return server
        server = await loop.create_server(protocol, settings.address, settings.port, backlog=512)
        log.info("Listening on %s:%d with %d workers.", settings.address, settings.port, settings.workers)
        return server

    async def drain(self):
        """Lets answers go out; connections without a request are closed at once."""
        for connection in list(self.connections):
            if connection.busy is None:
                connection.transport.close()
        busy = [connection.busy for connection in self.connections if connection.busy]
        if busy:
            await asyncio.wait(busy, timeout=DRAIN_SECONDS)


def reply(head, body):
    return Answer(head["status"], body, (head["content_type"] or "application/octet-stream")[:LONGEST_REPLY_TYPE])
