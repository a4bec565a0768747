"""Becomes a Python program in a process that has imported much of what the program will: as `python …` would run it.

R1. Where the program could tell the difference by more than its speed (a module of its own hides one that was imported, a
    variable that is read when Python starts), Python is started in place of this process, and the log says why.
R2. What the program's end looks like is Python's own: exit status, traceback, atexit, threads, its files flushed. What the
    parent imported is left to the kernel: taking it down takes longer than most steps.
"""
import atexit
import builtins
import ctypes
import gc
import importlib
import linecache
import os
import re
import runpy
import signal
import site
import subprocess
import sys
import threading
import traceback
import types
from importlib.machinery import BuiltinImporter, SourceFileLoader

from . import fresh

IMAGE = sys.prefix
# Every job has an environment of its own over the image's (overlay.ts); its packages come first.
OWN = "/tmp/.telar/python"
PROGRAMS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# Read when the interpreter, the C library or a package is loaded, and not again.
READ_AT_START = re.compile(
    r"(PYTHON|LD_|MALLOC_|GLIBC_|LC_|LANG(UAGE)?$|OMP_(?!NUM_THREADS$)|GOMP_|KMP_|OPENBLAS_(?!NUM_THREADS$)|MKL_|BLIS_"
    r"|NPY_|NUMPY_|SCIPY_|SKLEARN_|JOBLIB_|PANDAS_|XGBOOST_|OPENSSL_|SAGEMAKER_BASE_DIR$)"
)
# The images' programs, and the module whose `main` each of them is.
OWN_PROGRAMS = {"train": "telar_training.train", "glue": "telar_glue.run"}
OWN_FILES = (__file__, os.path.join(os.path.dirname(__file__), "parent.py"))

_started_with = dict(os.environ)
_set_by_imports = {}
_modules = set()
_top_level = set()


def remember():
    """In the parent, once all is imported."""
    _set_by_imports.update((name, value) for name, value in os.environ.items() if name not in _started_with)
    _modules.update(sys.modules)
    _top_level.update(name.partition(".")[0] for name in sys.modules)


def own_modules():
    """The names of the modules that were imported since, the newest first. Looking at all would copy memory of the parent's."""
    for name in reversed(sys.modules):
        if name in _modules:
            return
        yield name


def is_imported(name):
    """Whether the parent has imported a module of that name, or below it. Does not look at all of them."""
    return name in _top_level


def rehearse():
    """Before it is known which job this will be: does what can be done, and touches the memory that the rest will touch."""
    fresh.draw()
    fresh.forget()
    check_environment(_started_with)
    check_shadows([os.getcwd()])
    exec(compile("", "<string>", "exec"), {})


class Cold(Exception):
    """Python must be started for this program, and why."""


def parse(arguments):
    """What `python ARGUMENTS` runs: (kind, what, argv)."""
    for index, word in enumerate(arguments):
        rest = arguments[index + 1 :]
        if word in ("-u", "-B"):  # as the image's environment has it
            continue
        if word in ("-m", "-c") and rest:
            return word, rest[0], [word, *rest[1:]]
        if word.startswith("-") or word == "":
            raise Cold("python is given the option '%s'" % word)
        return "script", word, arguments[index:]
    raise Cold("python is given no script")


def check_environment(environment, allowed=()):
    for name in sorted(set(environment) | set(_started_with)):
        # None where it is not set: equal to what the parent was started with, or to what an import has set since.
        known = [_started_with.get(name)] + ([_set_by_imports[name]] if name in _set_by_imports else [])
        # fresh.py sees to the processors.
        if name in allowed or name == "PYTHON_CPU_COUNT" or environment.get(name) in known:
            continue
        if READ_AT_START.match(name):
            raise Cold("the variable %s is read when Python starts" % name)


def module_name(folder, entry):
    """The module that an import would find in this entry of a folder, or None."""
    if entry.is_dir():
        # Without __init__ it would come after every other module of its name.
        if any(name.startswith("__init__.") for name in os.listdir(entry.path)):
            return entry.name
        return None
    name, dot, ending = entry.name.partition(".")
    return name if dot and (ending in ("py", "pyc") or ending.endswith("so")) else None


def check_shadows(folders):
    """What lies in a folder that is searched first must not have the name of a module that is there already."""
    imported = _top_level.union(name.partition(".")[0] for name in own_modules())
    for folder in folders:
        if folder == PROGRAMS:
            continue  # where this very module is from
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name.partition(".")[0] in imported and module_name(folder, entry) is not None:
                        raise Cold("%s hides a module of that name, which a warm process has imported" % entry.path)
        except OSError:
            continue


def plan_script(script):
    path = os.path.abspath(script)
    if os.path.isfile(path) and not path.endswith(".pyc"):
        with open(path, "rb") as file:
            source = file.read()
        if b"\0" not in source:
            return path, os.path.dirname(os.path.realpath(path)), source
    raise Cold("'%s' is no file of Python source" % script)


def plan(command, environment, search=None):
    """What to do, as a function, once the process is prepared. Raises Cold."""
    check_environment(environment, () if search is None else ("PYTHONPATH",))
    name = os.path.basename(command[0])
    if name in OWN_PROGRAMS:
        return lambda: run_program(name, command)
    kind, what, argv = parse(command[1:])
    search = search or []
    if kind == "script":
        path, folder, source = plan_script(what)
        check_shadows([folder, *search])
        return lambda: run_script(path, source, [folder, *search], argv)
    check_shadows([os.getcwd(), *search])
    if kind == "-m":
        if what in sys.modules:
            raise Cold("the module %s has been imported already" % what)
        return lambda: run_module(what, [os.getcwd(), *search], argv)
    return lambda: run_code(what, ["", *search], argv)


def new_main(**attributes):
    main = types.ModuleType("__main__")
    main.__dict__.update(__builtins__=builtins, **attributes)
    if sys.version_info < (3, 14):
        main.__dict__["__annotations__"] = {}
    sys.modules["__main__"] = main
    return main.__dict__


def search_first(folders, argv):
    sys.path[0:1] = folders
    sys.argv[:] = argv


def run_script(path, source, folders, argv):
    search_first(folders, argv)
    names = new_main(__file__=path, __cached__=None, __loader__=SourceFileLoader("__main__", path))
    exec(compile(source, path, "exec", dont_inherit=True), names)


def run_code(source, folders, argv):
    search_first(folders, argv)
    if sys.version_info >= (3, 13):  # tracebacks then show the line
        linecache.cache["<string>"] = (len(source), None, source.splitlines(True), "<string>")
    exec(compile(source, "<string>", "exec", dont_inherit=True), new_main(__loader__=BuiltinImporter))


def run_module(name, folders, argv):
    search_first(folders, argv)
    new_main()
    runpy._run_module_as_main(name)


def run_program(name, command):
    search_first([PROGRAMS], list(command))
    new_main(__file__=os.path.join(os.path.dirname(PROGRAMS), "bin", name))
    sys.exit(importlib.import_module(OWN_PROGRAMS[name]).main())


def start_python(command, environment, reason):
    """In place of this process."""
    print("telar: this job starts cold: %s." % reason, file=sys.stderr, flush=True)
    for name in ("SIGPIPE", "SIGXFSZ"):
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    try:
        os.execvpe(command[0], command, environment)
    except OSError as error:
        print("telar: '%s' could not be started: %s." % (command[0], error.strerror), file=sys.stderr, flush=True)
        os._exit(127 if isinstance(error, FileNotFoundError) else 126)


def become(plan_of_job):
    """The job's process, in its sandbox, becomes the job."""
    for line in plan_of_job["notices"]:
        print("telar: " + line, flush=True)
    if plan_of_job["before"]:
        run_first(plan_of_job["before"], plan_of_job["environment"])
    run(plan_of_job["command"], plan_of_job["environment"])


def run_first(command, environment):
    """What must succeed before the program: else the job ends as it did."""
    try:
        status = subprocess.run(command, env=environment).returncode
    except OSError as error:
        print("telar: '%s' could not be started: %s." % (command[0], error.strerror), file=sys.stderr, flush=True)
        status = 127
    if status:
        os._exit(status if status > 0 else 128 - status)


def run(command, environment, search=None):
    """Runs a Python program to its end, and ends. `search`: what PYTHONPATH adds, where Telar itself has set it."""
    try:
        work = plan(command, environment, search)
    except Cold as cold:
        start_python(command, environment, cold)
    os.environ.clear()
    os.environ.update(_set_by_imports)
    os.environ.update(environment)
    fresh.apply_environment(environment)
    take_own(command[0])
    if sys.version_info >= (3, 10):
        sys.orig_argv[:] = command
    end(status_of(work))


def take_own(program):
    """As the job's own environment would have it, had Python been started there."""
    folder, name = os.path.split(program)
    if name in OWN_PROGRAMS:
        folder, name = "", "python3"
    if folder not in ("", OWN + "/bin") or not os.path.exists(os.path.join(OWN, "pyvenv.cfg")):
        sys.executable = os.path.join(IMAGE, "bin", name)
        return
    sys.executable = os.path.join(OWN, "bin", name)
    sys.prefix = sys.exec_prefix = OWN
    site.PREFIXES[:] = [OWN, *(prefix for prefix in site.PREFIXES if prefix not in (OWN, IMAGE))]
    mine, theirs = (
        os.path.join(prefix, "lib", "python%d.%d" % sys.version_info[:2], "site-packages") for prefix in (OWN, IMAGE)
    )
    if mine not in sys.path:
        at = sys.path.index(theirs) if theirs in sys.path else len(sys.path)
        slot = os.path.join(OWN, "layer")  # where a layer may yet appear (overlay.ts)
        sys.path[at:at] = [mine, *([slot] if os.path.isdir(slot) else [])]


def fork(command, environment, folder, search):
    """A Python program in a process of its own; answers its pid."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.chdir(folder)
        fresh.draw()
        fresh.forget()
        run(command, environment, search)
    return pid


def status_of(work):
    """Does the work; the status that Python would end with."""
    try:
        work()
    except SystemExit as exit:
        return exit_status(exit.code)
    except BaseException as error:
        tell(error)
        if isinstance(error, KeyboardInterrupt):
            atexit._run_exitfuncs()
            flush()
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGINT)
        return 1
    return 0


def exit_status(code):
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    print(code, file=sys.stderr)
    return 1


def tell(error):
    """The traceback, from the program's own first frame on."""
    frames = error.__traceback__
    while frames and frames.tb_frame.f_code.co_filename in OWN_FILES:
        frames = frames.tb_next
    error.__traceback__ = frames
    sys.last_type, sys.last_value, sys.last_traceback = type(error), error, frames
    sys.excepthook(type(error), error, frames)


def flush():
    """Whether what was printed is out."""
    done = True
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None and not getattr(stream, "closed", False):
                stream.flush()
        except Exception as error:
            if stream is sys.stdout:
                done = False
                told = "".join(traceback.format_exception_only(type(error), error))
                where = "on flushing sys.stdout:" if sys.version_info >= (3, 13) else "in: %r" % stream
                print("Exception ignored %s\n%s" % (where, told), end="", file=sys.stderr)
    return done


def clear(names):
    """As the interpreter clears a module: names with an underscore first."""
    for private in (True, False):
        for name in list(names):
            if name != "__builtins__" and name.startswith("_") == private:
                names[name] = None


def release():
    """Lets go of what the program made: its files are closed, its objects finalised."""
    if len(sys._current_frames()) > 1:
        return  # a thread that still runs keeps all of it, to the last
    for name in [*own_modules(), "__main__"]:
        module = sys.modules.get(name)
        if isinstance(module, types.ModuleType):
            clear(module.__dict__)
    gc.collect()


def end(status):
    """The end of the process, as the interpreter's own."""
    try:
        threading._shutdown()
        atexit._run_exitfuncs()
    except BaseException as error:
        tell(error)
    flushed = flush()
    out, error = sys.stdout, sys.stderr
    sys.last_type = sys.last_value = sys.last_traceback = None
    try:
        release()
    except BaseException:
        pass  # what a finaliser raises has been reported
    sys.stdout, sys.stderr = out, error
    flushed = flushed and flush()
    ctypes.CDLL(None).fflush(None)
    os._exit(status if flushed else 120)
