"""HTTP/1.1 for one connection: reading requests within limits, one at a time, and writing answers.

P1. Memory is bounded before it is used: header bytes and count, body bytes by length or by chunk, and all bodies together.
P2. A client that sends nothing for IDLE_SECONDS in the midst of a request, takes longer than REQUEST_SECONDS for all of it,
    or sends nothing for KEEP_SECONDS between two, is let go; so is one that does not take its answer.
P3. What could be read in two ways (two lengths, a length and chunks, a bare line feed in a header's name) is refused.
"""
import asyncio
import re

HEADER_BYTES = 65536
HEADER_COUNT = 100
IDLE_SECONDS = 30
REQUEST_SECONDS = 300
KEEP_SECONDS = 75
LINGER_SECONDS = 2
CHUNK_LINE = 1024

REASONS = {
    100: "Continue",
    200: "OK",
    204: "No Content",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    408: "Request Timeout",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    417: "Expectation Failed",
    424: "Failed Dependency",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    501: "Not Implemented",
    503: "Service Unavailable",
    504: "Gateway Timeout",
    505: "HTTP Version Not Supported",
}
TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
REQUEST_LINE = re.compile(rb"([A-Z]{1,16}) (\S{1,8192}) HTTP/(\d)\.(\d)")


class Refused(Exception):
    """A request that cannot be read on; the connection ends after the answer."""

    def __init__(self, status, text):
        super().__init__(text)
        self.status = status


class Request:
    __slots__ = ("method", "path", "headers", "keep_alive", "body")

    def header(self, name, default=None):
        return self.headers.get(name, default)


class Answer:
    __slots__ = ("status", "body", "content_type", "headers")

    def __init__(self, status, body=b"", content_type="text/plain; charset=utf-8", headers=()):
        self.status = status
        self.body = body.encode("utf-8", "replace") if isinstance(body, str) else body
        self.content_type = content_type
        self.headers = headers


def parse_head(head):
    """Request line and headers. @raises Refused"""
    lines = head.split(b"\r\n")
    match = REQUEST_LINE.fullmatch(lines[0])
    if not match:
        raise Refused(400, "This is no HTTP request line.")
    if match.group(3) != b"1":
        raise Refused(505, "This server speaks HTTP/1.1.")
    if len(lines) - 1 > HEADER_COUNT:
        raise Refused(431, "A request may have %d headers." % HEADER_COUNT)
    request = Request()
    request.method = match.group(1).decode()
    request.path = match.group(2).decode("latin-1").split("?", 1)[0]
    request.body = b""
    headers = {}
    for line in lines[1:]:
        name, colon, value = line.partition(b":")
        if not colon or not TOKEN.fullmatch(name) or b"\n" in line or b"\r" in line or b"\0" in line:
            raise Refused(400, "A header is malformed.")
        key, text = name.decode().lower(), value.strip(b" \t").decode("latin-1")
        if key in ("content-length", "transfer-encoding", "host") and headers.get(key, text) != text:
            raise Refused(400, "Header %s is given twice." % key)
        headers[key] = "%s, %s" % (headers[key], text) if key in headers and headers[key] != text else text
    request.headers = headers
    connection = headers.get("connection", "").lower()
    request.keep_alive = "close" not in connection if match.group(4) != b"0" else "keep-alive" in connection
    return request


def body_length(request, limit):
    """The body's length, or None when it comes in chunks. @raises Refused"""
    encoding, length = request.header("transfer-encoding"), request.header("content-length")
    if encoding is not None:
        if length is not None:
            raise Refused(400, "A request has either a Content-Length or a Transfer-Encoding.")
        if encoding.lower() != "chunked":
            raise Refused(501, "Transfer-Encoding '%s' is not supported." % encoding[:40])
        return None
    if length is None:
        return 0
    if not re.fullmatch(r"\d{1,15}", length):
        raise Refused(400, "Content-Length is no number.")
    if int(length) > limit:
        raise too_large(limit)
    return int(length)


def too_large(limit):
    return Refused(413, "The payload is larger than %g MB (SAGEMAKER_MAX_PAYLOAD_IN_MB)." % (limit / (1 << 20)))


class Connection(asyncio.Protocol):
    """One client's connection. `server` has: settings, bodies (bytes held for all connections), most_bodies, answer(request)."""

    def __init__(self, server):
        self.server = server
        self.buffer = bytearray()
        self.scanned = 0  # where the search for the head's end goes on: a slow head must not cost its square
        self.request = None  # whose body is being read
        self.remaining = 0  # bytes of the body or of the chunk, None before a chunk's size
        self.parts = None  # the body's parts so far
        self.chunked = False
        self.held = 0
        self.busy = None  # the task that answers
        self.timer = None
        self.deadline = None  # of the request that is being read
        self.ending = False
        self.half_closed = False
        self.transport = None

    # asyncio's side

    def connection_made(self, transport):
        self.transport = transport
        if not self.server.admit(self):
            self.refuse(Refused(503, "Too many connections."))
            return
        self.wait(KEEP_SECONDS)

    def connection_lost(self, error):
        self.server.forget(self)
        self.cancel()
        self.release()
        self.ending = True
        if self.busy:
            self.busy.cancel()

    def data_received(self, data):
        if self.ending:
            return
        self.buffer += data
        self.read()

    def eof_received(self):
        # Whoever has half-closed waits for the answer yet; else there is nothing more to do.
        self.half_closed = True
        return self.busy is not None and not self.ending

    # reading

    def read(self):
        if self.busy:
            if len(self.buffer) > HEADER_BYTES:
                self.transport.pause_reading()
            return
        try:
            if self.request is None and not self.read_head():
                return
            if not self.read_body():
                return self.wait(IDLE_SECONDS)
        except Refused as refused:
            return self.refuse(refused)
        self.cancel()
        self.request.body = b"".join(self.parts)
        self.parts = None
        self.busy = asyncio.ensure_future(self.handle(self.request))

    def read_head(self):
        while self.buffer.startswith(b"\r\n"):  # some clients send one after a body
            del self.buffer[:2]
        end = self.buffer.find(b"\r\n\r\n", max(0, self.scanned - 3))
        if end < 0 and len(self.buffer) <= HEADER_BYTES:
            self.scanned = len(self.buffer)
            if self.buffer:
                self.wait_once()
            return False
        if end < 0 or end > HEADER_BYTES:
            raise Refused(431, "A request's headers may have %d bytes." % HEADER_BYTES)
        request = parse_head(bytes(self.buffer[:end]))
        del self.buffer[: end + 4]
        self.scanned = 0
        length = body_length(request, self.server.settings.max_body)
        self.request, self.parts = request, []
        self.chunked = length is None
        self.remaining = length
        self.deadline = self.deadline or asyncio.get_running_loop().time() + REQUEST_SECONDS
        self.cancel()
        if self.chunked is False:
            self.hold(length)
        expect = request.header("expect")
        if expect is not None:
            if expect.lower() != "100-continue":
                raise Refused(417, "Expect '%s' is not supported." % expect[:40])
            if not self.buffer and (self.chunked or length):
                self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return True

    def read_body(self):
        """Whether the body is complete."""
        if self.chunked == "trailers":
            return self.read_trailers()
        if self.chunked:
            return self.read_chunks()
        self.take()
        return self.remaining == 0

    def take(self):
        part = bytes(self.buffer[: self.remaining])
        if part:
            del self.buffer[: len(part)]
            self.parts.append(part)
            self.remaining -= len(part)

    def read_chunks(self):
        while True:
            if self.remaining:
                self.take()
                if self.remaining:
                    return False
                self.remaining = 0
            if self.remaining == 0:  # the line feed after a chunk
                if len(self.buffer) < 2:
                    return False
                if not self.buffer.startswith(b"\r\n"):
                    raise Refused(400, "A chunk does not end where it said.")
                del self.buffer[:2]
                self.remaining = None
            line = self.line()
            if line is None:
                return False
            size = line.split(b";", 1)[0].strip()
            if not re.fullmatch(rb"[0-9a-fA-F]{1,12}", size):
                raise Refused(400, "A chunk's size is no number.")
            if int(size, 16) == 0:
                self.chunked = "trailers"
                return self.read_trailers()
            self.hold(int(size, 16))
            self.remaining = int(size, 16)

    def read_trailers(self):
        while True:
            line = self.line()
            if line is None:
                return False
            if line == b"":
                self.chunked = False
                self.remaining = 0
                return True

    def line(self):
        end = self.buffer.find(b"\r\n")
        if end < 0:
            if len(self.buffer) > CHUNK_LINE:
                raise Refused(400, "A line of the body is too long.")
            return None
        line = bytes(self.buffer[:end])
        del self.buffer[: end + 2]
        return line

    # bounds

    def hold(self, size):
        """Counts bytes before they come, against this request's limit and everyone's."""
        if self.held + size > self.server.settings.max_body:
            raise too_large(self.server.settings.max_body)
        if self.server.bodies + size > self.server.most_bodies:
            raise Refused(503, "Too many payloads are under way. Try again.")
        self.held += size
        self.server.bodies += size

    def release(self):
        self.server.bodies -= self.held
        self.held = 0

    def wait(self, seconds):
        self.cancel()
        loop = asyncio.get_running_loop()
        at = loop.time() + seconds
        self.timer = loop.call_at(min(at, self.deadline) if self.deadline else at, self.too_slow)

    def wait_once(self):
        """The time for a head is counted from its first byte, not from its last."""
        if self.deadline is None:
            self.deadline = asyncio.get_running_loop().time() + REQUEST_SECONDS
            self.wait(IDLE_SECONDS)

    def cancel(self):
        if self.timer:
            self.timer.cancel()
            self.timer = None

    def too_slow(self):
        if self.request is None and not self.buffer:
            self.transport.abort()
        else:
            self.refuse(Refused(408, "The request did not come within %d seconds." % IDLE_SECONDS))

    # writing

    async def handle(self, request):
        try:
            answer = await self.server.answer(request)
        except asyncio.CancelledError:
            return
        request.body = b""
        self.release()
        keep = request.keep_alive and not self.server.stopping
        self.write(answer, keep, request.method == "HEAD")
        self.request = self.busy = self.deadline = None
        if not keep or (self.half_closed and not self.buffer):
            return self.end()
        self.wait(KEEP_SECONDS)
        self.transport.resume_reading()
        if self.buffer:
            self.read()

    def refuse(self, refused):
        self.cancel()
        self.release()
        self.write(Answer(refused.status, "%s\n" % refused), keep=False)
        self.end()

    def end(self):
        """Closes so that the answer arrives: closing with bytes unread would reset the connection under it."""
        self.ending = True
        self.buffer.clear()
        self.cancel()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.transport.resume_reading()
        self.timer = asyncio.get_running_loop().call_later(LINGER_SECONDS, self.transport.abort)

    def write(self, answer, keep, bodiless=False):
        lines = ["HTTP/1.1 %d %s" % (answer.status, REASONS.get(answer.status, "Status"))]
        if answer.status != 204:
            lines += ["Content-Type: " + re.sub(r"[\x00-\x1f\x7f]", " ", answer.content_type), "Content-Length: %d" % len(answer.body)]
        lines += ["%s: %s" % header for header in answer.headers]
        if not keep:
            lines.append("Connection: close")
        head = "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n"
        self.transport.write(head if bodiless or answer.status == 204 else head + answer.body)
