"""PySpark as a Glue script finds it: its settings, and s3:// paths that are read and written as the run's role.

P1. Paths are mapped where PySpark's own methods take them. What names an s3:// path elsewhere (SQL text) reaches Spark as it is,
    which then says that it has no file system for it.
"""
import functools
import os
import re
import shlex
import sys
import tempfile

from . import buckets

GIBIBYTE = 1 << 30


def settings(given):
    """Spark's own settings for this machine, then those of --conf: `a=b --conf c=d`."""
    work = tempfile.gettempdir()
    known = {
        "spark.driver.memory": "%dm" % (memory(given["memoryBytes"]) >> 20),
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.warehouse.dir": os.path.join(work, "warehouse"),
        # Two hundred tasks for each shuffle are for clusters.
        "spark.sql.shuffle.partitions": str(2 * cores(given["cpus"])),
    }
    for pair in re.split(r"\s+--conf\s+", given["conf"].strip()):
        name, found, value = pair.partition("=")
        if found:
            known[name.strip()] = value.strip()
    return known


def memory(asked):
    """Half of what the run has is Java's: Python's processes have the rest."""
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(GIBIBYTE // 2, min(asked, there) // 2)


def cores(asked):
    return max(1, min(int(asked), len(os.sched_getaffinity(0))))


def prepare(given):
    """Before the script imports pyspark, and starts Java through it."""
    words = [word for pair in settings(given).items() for word in ("--conf", "%s=%s" % pair)]
    master = ["--master", "local[%d]" % cores(given["cpus"])]
    os.environ["PYSPARK_SUBMIT_ARGS"] = shlex.join([*master, *words, "pyspark-shell"])
    os.environ.setdefault("SPARK_LOCAL_DIRS", tempfile.gettempdir())
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ.setdefault("HADOOP_USER_NAME", "glue")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    map_paths()


def fail(kind, uri):
    from pyspark.errors import AnalysisException

    raise AnalysisException(message="[PATH_%s] Path %s: %s." % (kind.upper(), PHRASES[kind], uri))


PHRASES = {"not_found": "does not exist", "already_exists": "already exists"}


def read_path(path):
    if isinstance(path, (list, tuple)):
        return [read_path(one) for one in path]
    if isinstance(path, str) and "," in path and all(buckets.is_address(one) for one in path.split(",")):
        return ",".join(read_path(one) for one in path.split(","))
    if not buckets.is_address(path):
        return path
    try:
        return "file://" + buckets.fetch(path)
    except buckets.Missing:
        fail("not_found", path)


def reading(method):
    """A method whose first arguments are what it reads."""

    @functools.wraps(method)
    def mapped(self, *paths, **named):
        given = {name: read_path(value) if name in ("path", "name") else value for name, value in named.items()}
        return method(self, *[read_path(path) for path in paths], **given)

    return mapped


def storing(uri, mode, write):
    """Has `write` write into a folder, and stores that at the address as the mode says."""
    there = mode in (None, "error", "errorifexists", "default", "ignore") and buckets.exists(uri)
    if there and mode == "ignore":
        return
    if there:
        fail("already_exists", uri)
    folder = buckets.new_output()
    write("file://" + folder)
    buckets.store(folder, uri, mode == "overwrite")


def writing(method):
    @functools.wraps(method)
    def mapped(self, path=None, *more, **named):
        if not buckets.is_address(path):
            return method(self, path, *more, **named)
        mode = named.pop("mode", None)
        # `save` takes its format first, then the mode; the others the mode.
        at = 1 if method.__name__ == "save" else 0
        if mode is None and len(more) > at:
            mode = more[at]
            more = (*more[:at], None, *more[at + 1 :])
        chosen = (mode or getattr(self, "_telar_mode", None) or "error").lower()
        storing(path, chosen, lambda folder: method(self, folder, *more, **named))

    return mapped


def remembering(method):
    """`mode`, which is noted so that it can be kept. What Spark writes into is new each time."""

    @functools.wraps(method)
    def mapped(self, saveMode):
        self._telar_mode = saveMode
        return method(self, saveMode)

    return mapped


def map_paths():
    from pyspark import SparkContext
    from pyspark.rdd import RDD
    from pyspark.sql import DataFrameReader, DataFrameWriter

    for name in ("csv", "json", "parquet", "orc", "text", "load"):
        setattr(DataFrameReader, name, reading(getattr(DataFrameReader, name)))
    for name in ("csv", "json", "parquet", "orc", "text", "save"):
        setattr(DataFrameWriter, name, writing(getattr(DataFrameWriter, name)))
    DataFrameWriter.mode = remembering(DataFrameWriter.mode)
    for name in ("textFile", "wholeTextFiles", "binaryFiles"):
        setattr(SparkContext, name, reading(getattr(SparkContext, name)))
    save_text = RDD.saveAsTextFile

    @functools.wraps(save_text)
    def save(self, path, *more, **named):
        if not buckets.is_address(path):
            return save_text(self, path, *more, **named)
        storing(path, "error", lambda folder: save_text(self, folder, *more, **named))

    RDD.saveAsTextFile = save
