"""What a newly started interpreter draws, reads or counts anew, and a forked one inherits.

F1. Two jobs of one parent share no random state: random, numpy's legacy generator, multiprocessing's key. What they do share
    is the secret of str hashes and the layout of the address space.
"""
import logging
import os
import random
import site
import sys
import tempfile
import time

_libraries = []  # the thread pools of the packages that were imported
_loggers = set()


def remember():
    """In the parent, once all is imported."""
    try:
        from threadpoolctl import ThreadpoolController

        _libraries.extend(ThreadpoolController().lib_controllers)
    except ImportError:
        pass
    _loggers.update(logging.root.manager.loggerDict)


def cpus():
    return len(os.sched_getaffinity(0))


def first_number(environment, names):
    """The first of these variables that holds a number of threads."""
    for name in names:
        text = environment.get(name, "").split(",")[0].strip()
        if text.isdigit() and int(text) > 0:
            return int(text)
    return None


def apply_threads(environment):
    """As the libraries read them when they are loaded. OpenMP starts its threads at first use, and then as many as there are CPUs."""
    openmp = first_number(environment, ["OMP_NUM_THREADS"])
    blas = first_number(environment, ["OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS"])
    for library in _libraries:
        if library.user_api == "openmp" and openmp:
            library.set_num_threads(openmp)
        elif library.user_api == "blas":
            library.set_num_threads(min(blas or cpus(), cpus()))


def draw():
    random.seed()
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random:
        numpy_random.seed()
    processes = sys.modules.get("multiprocessing.process")
    if processes:
        processes.current_process().authkey = os.urandom(32)
        processes.ORIGINAL_DIR = os.getcwd()


def forget():
    """What was found out about another environment, and loggers that were made on the way here."""
    tempfile.tempdir = None
    site.USER_BASE = site.USER_SITE = None
    manager = logging.root.manager
    for handler in logging.root.handlers[:]:
        logging.root.removeHandler(handler)
    logging.root.setLevel(logging.WARNING)
    for name in [name for name in manager.loggerDict if name not in _loggers]:
        del manager.loggerDict[name]
    start = getattr(logging, "_startTime", None)
    if start is not None:
        logging._startTime = time.time_ns() if isinstance(start, int) else time.time()


def apply_environment(environment):
    """Once the job's environment is set."""
    time.tzset()
    count = environment.get("PYTHON_CPU_COUNT", "")
    if sys.version_info >= (3, 13) and count.isdigit() and int(count) > 0:
        os.cpu_count = os.process_cpu_count = lambda: int(count)  # read when the interpreter starts
    apply_threads(environment)
