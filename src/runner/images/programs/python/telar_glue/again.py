"""Runs a Glue script in a Python that was started for it: PYTHONPATH says where it imports from."""
import sys

# This file's own folder is no place that scripts import from.
sys.path.pop(0)

from telar_glue import contract, script  # noqa: E402

if __name__ == "__main__":
    given = contract.settings()
    if given["kind"] == "glueetl":
        from telar_glue import spark

        spark.prepare(given)
    sys.exit(script.run(sys.argv[1], given))
