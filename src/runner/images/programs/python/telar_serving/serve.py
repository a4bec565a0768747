"""`serve`: settles what is served (the user's script or the built-in XGBoost), provides its packages, and runs the front."""
import asyncio
import logging
import os
import sys
import traceback

from telar_runtime import base, code, layers
from telar_runtime.base import UserError

from .settings import Settings

log = logging.getLogger("telar")


def provide_code(settings):
    """The folder of the user's code, its packages importable; None where a built-in model is served."""
    if not settings.program:
        return None
    source = settings.submit_directory or os.path.join(base.MODEL, "code")
    inside_model = os.path.realpath(source).startswith(os.path.realpath(base.MODEL))
    if os.path.isdir(source) and inside_model:
        folder = source  # beside the model, as the SDK packs it: used where it lies
    else:
        code.fetch(source, "SAGEMAKER_SUBMIT_DIRECTORY")
        folder = base.CODE
    if not os.path.isfile(os.path.join(folder, settings.program)):
        there = ", ".join(sorted(os.listdir(folder))[:20]) or "nothing"
        raise UserError("The script '%s' (SAGEMAKER_PROGRAM) is not in the code: it holds %s." % (settings.program, there))
    packages = layers.install(folder, package=os.path.exists(os.path.join(folder, "setup.py")))
    packages.use_here()
    os.environ["PATH"] = os.pathsep.join([*packages.binaries, os.environ.get("PATH", "")])
    sys.executable = packages.python
    for path in (os.path.dirname(os.path.join(folder, settings.program)), folder):
        if path not in sys.path:
            sys.path.insert(0, path)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [folder, os.environ.get("PYTHONPATH", ""), base.TOOLKITS]))
    return folder


def thread_counts(settings):
    """Workers share the CPUs: each gets its part, the built-in XGBoost one thread, and none spins while it waits for others."""
    share = str(max(1, base.count_cpus() // settings.workers) if settings.program else 1)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, share)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def execution_parameters(settings):
    if settings.xgboost and not settings.program:
        return {"MaxConcurrentTransforms": settings.workers, "BatchStrategy": "MULTI_RECORD", "MaxPayloadInMB": min(6, settings.max_body >> 20)}
    return "script" if settings.program and not settings.xgboost else None


def prepare(settings):
    """What a worker runs to load its model. Imports once, here, what all workers need: forks share it."""
    provide_code(settings)
    sys.path.append(base.TOOLKITS)
    thread_counts(settings)
    if settings.program:
        from . import script

        return lambda: script.load(settings)
    if settings.xgboost:
        import xgboost  # noqa: F401

        from . import xgboost_algorithm

        return lambda: xgboost_algorithm.load(settings)
    raise UserError("This image serves no model by itself: name the script in SAGEMAKER_PROGRAM (entry_point, in the SageMaker SDK).")


def main():
    base.configure_log()
    try:
        settings = Settings()
        base.configure_log(settings.log_level)
        load = prepare(settings)
        from .front import Front

        asyncio.run(Front(settings, load, execution_parameters(settings)).run())
        return 0
    except UserError as error:
        print("UserError: %s" % error, file=sys.stderr)
    except Exception:
        traceback.print_exc()
    return 1
