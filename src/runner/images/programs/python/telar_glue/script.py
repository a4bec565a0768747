"""Runs a Glue script as the main program of this process, and notes what it raised."""
import builtins
import sys
import traceback
import types
from importlib.machinery import SourceFileLoader

from . import contract

OWN_FILES = (__file__,)


def main_module(path):
    main = types.ModuleType("__main__")
    loader = SourceFileLoader("__main__", path)
    main.__dict__.update(__file__=path, __builtins__=builtins, __cached__=None, __loader__=loader)
    sys.modules["__main__"] = main
    return main.__dict__


def arguments(given):
    """As Glue passes them: each name, then its value."""
    return [word for name, value in given["arguments"].items() for word in (name, value)]


def told(error):
    """The exception as the last line of a traceback has it."""
    return "".join(traceback.format_exception_only(type(error), error)).strip()


def show(error):
    """The traceback, from the script's own first frame on."""
    frames = error.__traceback__
    while frames and frames.tb_frame.f_code.co_filename in OWN_FILES:
        frames = frames.tb_next
    sys.stdout.flush()
    sys.excepthook(type(error), error.with_traceback(frames), frames)
    sys.stderr.flush()


def run(path, given):
    """The status with which the process is to end."""
    sys.argv[:] = [path, *arguments(given)]
    try:
        with open(path, "rb") as file:
            source = file.read()
        exec(compile(source, path, "exec", dont_inherit=True), main_module(path))
    except SystemExit as end:
        if end.code is None or end.code == 0:
            return 0
        if not isinstance(end.code, int):
            print(end.code, file=sys.stderr)
        contract.write_failure("SystemExit: %s" % (end.code,))
        return end.code & 0xFF if isinstance(end.code, int) else 1
    except Exception as error:
        show(error)
        contract.write_failure(told(error))
        return 1
    return 0
