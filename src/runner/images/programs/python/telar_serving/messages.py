"""What front and workers say to each other: a JSON head and a body, each preceded by its length."""
import json
import struct

LENGTHS = struct.Struct(">II")


def pack(head, body=b""):
    encoded = json.dumps(head).encode()
    return LENGTHS.pack(len(encoded), len(body)) + encoded + body


class Unpacker:
    """Collects bytes until a message is whole."""

    def __init__(self):
        self.buffer = bytearray()

    def feed(self, data):
        """(head, body) of each message that is now complete."""
        self.buffer += data
        while len(self.buffer) >= LENGTHS.size:
            head_size, body_size = LENGTHS.unpack_from(self.buffer)
            end = LENGTHS.size + head_size + body_size
            if len(self.buffer) < end:
                return
            head = json.loads(bytes(self.buffer[LENGTHS.size : LENGTHS.size + head_size]))
            body = bytes(self.buffer[LENGTHS.size + head_size : end])
            del self.buffer[:end]
            yield head, body
