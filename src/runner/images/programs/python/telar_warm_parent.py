"""The program of a warm parent: see telar_warm. Usage: python telar_warm_parent.py CONTROL_FD MODULE..."""
import sys

from telar_warm import pages

pages.begin()

from telar_warm.parent import serve

serve(int(sys.argv[1]), sys.argv[2:])
