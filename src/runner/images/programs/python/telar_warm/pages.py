"""How the warm parent's memory lies, so that a fork copies little of its page tables and its end has little to take down.

Of a science stack there are 70 MB in 4 kB pages, in as many mappings as Python's allocator has asked for: copying their tables
and taking them down is most of what an empty job costs. In one heap of 2 MB pages it is a third of that.

M1. A job allocates as a cold process does: what its imports have left lies elsewhere, and that is all. Python's allocator hands
    blocks that are not its own to the C library's, which they are from.
"""
import ctypes
import os
import sys

VARIABLE = "PYTHONMALLOC"
ALLOCATOR_DEFAULT = 1
HUGE = 2 << 20
MADV_COLLAPSE = 25  # Linux 6.1; an older one refuses, and all stays as it is


def set_up_allocators():
    """The function of this Python by which its allocators are chosen while it runs; None where it has none."""
    return getattr(ctypes.pythonapi, "_PyMem_SetupAllocators", None)


def begin():
    """Before anything else is imported: starts this program anew, with the C library's allocator."""
    if set_up_allocators() is None or os.environ.get(VARIABLE) not in (None, "malloc"):
        return
    if VARIABLE in os.environ:
        del os.environ[VARIABLE]  # no job's
        return
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, VARIABLE: "malloc"})


def settle():
    """Once all is imported, and before the first fork."""
    choose = set_up_allocators()
    if choose is not None:
        choose(ALLOCATOR_DEFAULT)
    advise = ctypes.CDLL(None).madvise
    advise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    for first, after in own_memory():
        for address in range(-(-first // HUGE) * HUGE, after - HUGE + 1, HUGE):
            advise(address, HUGE, MADV_COLLAPSE)


def own_memory():
    """Where this process's data lies that is from no file: the first address, and the one after the last."""
    found = []
    with open("/proc/self/maps") as maps:
        for line in maps:
            addresses, rights, _, _, inode, *name = line.split()
            if rights == "rw-p" and inode == "0" and (not name or name == ["[heap]"]):
                first, after = addresses.split("-")
                found.append((int(first, 16), int(after, 16)))
    return found
