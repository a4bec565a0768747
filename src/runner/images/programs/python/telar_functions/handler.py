"""Finding a function's handler, and what its errors are called: names and sentences are those of AWS's runtime."""
import importlib
import json
import os
import sys
import traceback

OWN = os.path.dirname(os.path.abspath(__file__))
LARGEST = 6 * 1024 * 1024 + 100


class Fault(Exception):
    """An error that the runtime itself names."""

    def __init__(self, kind, message, trace=()):
        super().__init__(message)
        self.kind = kind
        self.trace = list(trace)


def find(name):
    """The handler that `_HANDLER` names; its module's code runs here, once."""
    module_name, dot, attribute = name.rpartition(".")
    if not dot:
        raise Fault("Runtime.MalformedHandlerName", "Bad handler '%s': not enough values to unpack (expected 2, got 1)" % name)
    if not module_name:
        raise Fault("Runtime.MalformedHandlerName", "Bad handler '%s': Empty module name" % name)
    top = module_name.partition("/")[0].partition(".")[0]
    if top in sys.builtin_module_names:
        raise Fault("Runtime.BuiltInModuleConflict", "Cannot use built-in module %s as a handler module" % module_name)
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        message = "Unable to import module '%s': %s" % (module_name, error)
        raise Fault("Runtime.ImportModuleError", message) from None
    except SyntaxError as error:
        trace = ['  File "%s" Line %s\n    %s' % (error.filename, error.lineno, (error.text or "").rstrip("\n"))]
        raise Fault("Runtime.UserCodeSyntaxError", "Syntax error in module '%s': %s" % (module_name, error), trace) from None
    try:
        return getattr(module, attribute)
    except AttributeError:
        message = "Handler '%s' missing on module '%s'" % (attribute, module_name)
        raise Fault("Runtime.HandlerNotFound", message) from None


def frames_of(error):
    """From the function's own first frame on."""
    frames = error.__traceback__
    while frames and os.path.dirname(frames.tb_frame.f_code.co_filename) == OWN:
        frames = frames.tb_next
    return traceback.format_list(traceback.extract_tb(frames))


def describe(error, request_id):
    """The payload of an invocation that failed, and the text for its log."""
    if isinstance(error, Fault):
        kind, trace = error.kind, error.trace
    else:
        kind, trace = type(error).__name__, frames_of(error)
    message = str(error)
    payload = {"errorMessage": message, "errorType": kind}
    if request_id:
        payload["requestId"] = request_id
    payload["stackTrace"] = trace
    lines = ["[ERROR] %s: %s" % (kind, message), "Traceback (most recent call last):", *(line.rstrip("\n") for line in trace)]
    return bounded(payload), "\r".join(lines).replace("\n", "\r") + "\n"


def bounded(payload):
    """As JSON; what would be longer than an answer may be loses its end."""
    text = json.dumps(payload, ensure_ascii=False)
    if len(text) < LARGEST // 4:
        return text.encode("utf-8", "replace")
    short = dict(payload, errorMessage=payload["errorMessage"][:65536], stackTrace=payload["stackTrace"][:64])
    return json.dumps(short, ensure_ascii=False).encode("utf-8", "replace")[:LARGEST]


class Encoder(json.JSONEncoder):
    def default(self, value):
        import decimal

        if isinstance(value, decimal.Decimal):
            return float(value)
        return super().default(value)


def answer(result):
    """What a handler returned, as JSON."""
    if isinstance(result, bytes):
        return result
    try:
        body = json.dumps(result, cls=Encoder, ensure_ascii=False).encode("utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        raise Fault("Runtime.MarshalError", "Unable to marshal response: %s" % error) from None
    if len(body) > LARGEST:
        message = "Response payload size exceeded maximum allowed payload size (%d bytes)." % LARGEST
        raise Fault("Function.ResponseSizeTooLarge", message)
    return body
