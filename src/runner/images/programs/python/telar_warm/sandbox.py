"""A job's view of the machine, made by the process that becomes the job. What is to be seen is decided in sandbox.ts.

The parent's mount namespace has the image at /opt/telar already; here the job's own parts follow.
"""
import ctypes
import json
import os
import resource
import signal
import sys

CLONE_NEWNS = 0x00020000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND, MS_MOVE, MS_REC = 1, 2, 4, 8, 32, 4096, 8192, 16384
MS_NOATIME, MS_NODIRATIME = 1024, 2048
MNT_DETACH = 2
PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 4, 24, 38, 47, 4
CAPABILITY_VERSION_3 = 0x20080522
FAILED = 125

libc = ctypes.CDLL(None, use_errno=True)
libc.mount.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p]
libc.umount2.argtypes = [ctypes.c_char_p, ctypes.c_int]
libc.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4

with open("/proc/self/uid_map") as mapping:
    # In the machine's own user namespace as root: only then can a process return to its pid namespace.
    CAN_RETURN = os.getuid() == 0 and mapping.read().split() == ["0", "0", "4294967295"]
with open("/proc/sys/kernel/random/boot_id") as file:
    BOOT = file.read().strip()
with open("/proc/sys/kernel/cap_last_cap") as file:
    LAST_CAPABILITY = int(file.read())
OWN_PID_NAMESPACE = os.open("/proc/self/ns/pid", os.O_RDONLY)


def check(result, what):
    if result == 0:
        return
    code = ctypes.get_errno()
    raise OSError(code, "%s: %s" % (what, os.strerror(code)))


def unshare(flags):
    check(libc.unshare(flags), "unshare")


def return_to_own_pid_namespace():
    check(libc.setns(OWN_PID_NAMESPACE, CLONE_NEWPID), "setns")


def identity():
    """pid, start time and boot id of this process, as the machine numbers it: /proc is still the machine's."""
    with open("/proc/self/stat") as file:
        text = file.read()
    return "%s\n%s\n%s\n" % (text.split(" ", 1)[0], text[text.rindex(")") + 2 :].split()[19], BOOT)


def mount(source, target, kind=None, flags=0, data=None):
    encoded = [None if text is None else os.fsencode(text) for text in (source, target, kind, data)]
    check(libc.mount(encoded[0], encoded[1], encoded[2], flags, encoded[3]), "mount %s on %s" % (source, target))


def perform(act):
    """One act of sandbox.ts."""
    kind = act["act"]
    if kind == "bind":
        mount(act["from"], act["to"], flags=MS_BIND | MS_REC)
    elif kind == "tmpfs":
        mount("tmpfs", act["at"], "tmpfs", 0, "mode=755,size=4m")
    elif kind == "sharedMemory":
        mount("tmpfs", act["at"], "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777")
    elif kind == "folders":
        for path in act["paths"]:
            os.makedirs(path, exist_ok=True)
    elif kind == "files":
        for path in act["paths"]:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o644))
    elif kind == "move":
        mount(act["from"], act["to"], flags=MS_MOVE)
    elif kind in ("seal", "sealData"):
        noexec = MS_NOEXEC if kind == "sealData" else 0
        mount(None, act["at"], flags=MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | noexec)
    elif kind == "sealCode":
        # What the file system forbids, a mount in a user namespace must forbid, too.
        kept = os.statvfs(act["at"]).f_flag & (MS_NOEXEC | MS_NOATIME | MS_NODIRATIME)
        mount(None, act["at"], flags=MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | kept)
    elif kind == "detach":
        check(libc.umount2(os.fsencode(act["at"]), MNT_DETACH), "umount %s" % act["at"])
    elif kind == "proc":
        try:
            mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
        except OSError:
            pass  # a container's own /proc may be masked, which forbids a fresh one
    else:
        raise ValueError("unknown act %s" % kind)


def give(path, uid):
    """Hands a staged file or folder over. A hard link keeps its owner: the object it shares must not become the job's."""
    found = os.lstat(path)
    is_folder = os.path.isdir(path) and not os.path.islink(path)
    if is_folder or found.st_nlink == 1:
        os.chown(path, uid, uid, follow_symlinks=False)
    if is_folder:
        with os.scandir(path) as entries:
            for entry in entries:
                give(entry.path, uid)


def map_user(uid, gid):
    """A second user namespace: the mounts of the first are locked in it, and the job keeps its user's own id."""
    unshare(CLONE_NEWUSER)
    for name, text in (("setgroups", "deny"), ("uid_map", "%d 0 1" % uid), ("gid_map", "%d 0 1" % gid)):
        with open("/proc/self/" + name, "w") as file:
            file.write(text)


def drop(plan):
    """Gives up the rights that the sandbox was made with."""
    uid, gid = plan["uid"], plan["gid"]
    if plan["as"] == "root":
        for capability in range(LAST_CAPABILITY + 1):
            check(libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0), "prctl")
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
    else:
        map_user(uid, gid)
    check(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")
    libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    header, none = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0), (ctypes.c_uint32 * 6)()
    check(libc.capset(header, none), "capset")
    # The change of user took this away, and with it the job's own files in /proc; a started program has it.
    check(libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), "prctl")


def join(groups):
    for path in groups:
        with open(path, "w") as file:
            file.write("0")


def confine(confinement):
    join(confinement["join"])
    # Where the whole machine runs out of memory, a job is ended before the server is.
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("500")
    for name, value in confinement["rlimits"].items():
        kind = getattr(resource, "RLIMIT_" + name)
        most = resource.getrlimit(kind)[1]
        # What the server itself may not have more of, its jobs have no more of either.
        limit = value if most == resource.RLIM_INFINITY else min(value, most)
        resource.setrlimit(kind, (limit, limit))


def make(folder, plan):
    """From the machine's view to the job's."""
    if plan["confinement"]:
        confine(plan["confinement"])
    me = identity()
    unshare(CLONE_NEWNS | CLONE_NEWIPC | (CLONE_NEWNET if plan["networkIsolation"] else 0))
    for path in plan["give"]:
        give(path, plan["uid"])
    for act in plan["acts"]:
        perform(act)
    # Only now, so that stopping the job never signals the making of its sandbox.
    descriptor = os.open("target.partial", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644, dir_fd=folder)
    os.write(descriptor, me.encode())
    os.close(descriptor)
    os.rename("target.partial", "target", src_dir_fd=folder, dst_dir_fd=folder)
    os.chdir(plan["cwd"])
    drop(plan)


def enter(folder):
    """Makes this process the job's: its output, its sandbox, its rights. Answers its command and environment."""
    os.setsid()
    log = os.open("output.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644, dir_fd=folder)
    null = os.open("/dev/null", os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    for descriptor in (null, log):
        os.close(descriptor)
    try:
        with open(os.open("launch.json", os.O_RDONLY, dir_fd=folder), encoding="utf-8") as file:
            plan = json.load(file)
        os.unlink("launch.json", dir_fd=folder)
        make(folder, plan)
        os.close(folder)
    except (OSError, ValueError, LookupError) as error:
        print("telar: the sandbox of this job could not be made: %s." % error, file=sys.stderr, flush=True)
        os._exit(FAILED)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return plan
