"""Answers of output_fn and transform_fn."""


class Response:
    """An answer, as Flask's: what is served reads its get_data(), status_code and content_type."""

    def __init__(self, response=None, accept=None, status=200, headers=None, mimetype=None, direct_passthrough=False):
        self.response = response
        self.status_code = int(status)
        self.headers = dict(headers or {})
        self.mimetype = mimetype or accept or "application/json"
        self.content_type = self.mimetype

    def get_data(self):
        if self.response is None:
            return b""
        if isinstance(self.response, (list, tuple)):
            return b"".join(part.encode() if isinstance(part, str) else bytes(part) for part in self.response)
        return self.response.encode() if isinstance(self.response, str) else self.response

    data = property(get_data)
