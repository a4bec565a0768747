"""The toolkits' errors by which the user's code says what an answer's status shall be."""


class ClientError(Exception):
    """The user's code or data is at fault."""


class UnsupportedFormatError(Exception):
    """The defaults cannot read this content type, or cannot write this accept type."""

    def __init__(self, content_type, **kwargs):
        self.message = "Content type %s is not supported by this framework." % content_type
        super().__init__(self.message, **kwargs)


class BaseInferenceToolkitError(Exception):
    """Answers with this status and message."""

    def __init__(self, status_code, message, phrase=None):
        super().__init__(message)
        self.status_code = int(status_code)
        self.message = message
        self.phrase = phrase


class GenericInferenceToolkitError(BaseInferenceToolkitError):
    """As its base, with a phrase of its own."""

    def __init__(self, status_code, message=None, phrase=None):
        super().__init__(status_code, message or "Invalid Request", phrase or message)
