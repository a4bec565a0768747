"""Becomes a function's process. In a warm process the runtime has been imported already."""
import sys

if "telar_functions.runtime" not in sys.modules:
    sys.path.insert(0, "/opt/telar/programs/python")
from telar_functions.runtime import main

main()
