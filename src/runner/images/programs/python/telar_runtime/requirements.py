"""Reading requirements.txt: all that it includes, whether its outcome may be shared between jobs, and its key.

Q1. The key is made of the content of the file and of all files it includes by -r and -c, and of nothing else: the same
    lists share a layer. layers.ts computes the same key from the same bytes.
Q2. Shared are only lists whose outcome the content decides: no local paths, no URLs (a branch moves), nothing editable, no
    variables. The others are installed for their job alone.
"""
import hashlib
import os
import re

from .base import UserError

MOST_FILES = 20
MOST_BYTES = 1 << 20

INCLUDE = re.compile(r"^(?:-[rc]\s*|--(?:requirement|constraint)[\s=]\s*)(.+)$")
# Options that say how to install, and have the same effect for every job.
NEUTRAL = re.compile(
    r"^(--pre|--prefer-binary|--require-hashes|(--no-binary|--only-binary|--trusted-host|-i|--index-url|--extra-index-url)(\s+|=)\S+)$"
)
NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*\s*(\[[^\]]*\])?\s*(\(?[<>=!~][^/\\]*)?(;.*)?$")
ARCHIVE = re.compile(r"\.(whl|zip|egg|tar|tgz|tar\.\w+)$")


def logical_lines(text):
    """As pip reads them: continued lines joined, comments and blank lines left out."""
    joined = re.sub(r"\\\r?\n", "", text)
    for line in joined.splitlines():
        line = re.sub(r"(^|\s+)#.*$", "", line).strip()
        if line:
            yield line


def included(line):
    """The file that a line includes, or None."""
    match = INCLUDE.match(line)
    return match.group(1).strip().strip("\"'") if match else None


def unshareable(line):
    """Why a line's outcome is not decided by the list itself, or None."""
    if "${" in line:
        return "it names a variable"
    if re.match(r"^(-e|--editable)(\s|=|$)", line):
        return "it is editable"
    bare = re.split(r"\s+--hash[= ]", line)[0].strip()
    if NEUTRAL.match(bare) or included(bare):
        return None
    if bare.startswith("-"):
        return "its option is not known to be the same for every job"
    if re.search(r"(^|@\s*|\s)\w[\w+.-]*://", bare) or re.match(r"^(git|hg|svn|bzr)\+", bare):
        return "it is a URL"
    if not NAME.match(bare) or ARCHIVE.search(bare):
        return "it is a path"
    return None


class Requirements:
    """A requirements.txt with all that it includes."""

    def __init__(self, root):
        self.root = root
        self.files = []  # (path below root, content), in the order of reading
        self.reason = None  # why it is not shared, or None

    @property
    def key(self):
        return key_of(self.files)


def key_of(files):
    digest = hashlib.sha256()
    for name, content in files:
        encoded = name.encode()
        digest.update(b"%d %d\n" % (len(encoded), len(content)) + encoded + content)
    return digest.hexdigest()[:32]


def read(root, name="requirements.txt"):
    """The requirements below the folder `root`, or None when there are none. Files outside of it are not read."""
    if not os.path.isfile(os.path.join(root, name)):
        return None
    found = Requirements(root)
    waiting, seen, size = [name], {name}, 0
    while waiting:
        current = waiting.pop(0)
        content = content_of(root, current)
        size += len(content)
        found.files.append((current, content))
        if len(found.files) > MOST_FILES or size > MOST_BYTES:
            raise UserError("%s includes more than %d files or %d bytes." % (name, MOST_FILES, MOST_BYTES))
        for line in logical_lines(content.decode("utf-8", "replace")):
            other = included(line)
            if other and not re.match(r"^\w[\w+.-]*://", other):
                path = os.path.normpath(os.path.join(os.path.dirname(current), other))
                if path not in seen:
                    seen.add(path)
                    waiting.append(path)
            elif other or unshareable(line):
                found.reason = found.reason or "'%s': %s" % (line[:80], unshareable(line) or "it is a URL")
    return found


def content_of(root, name):
    path = os.path.realpath(os.path.join(root, name))
    if not path.startswith(os.path.realpath(root) + os.sep):
        raise UserError("requirements.txt includes '%s', which lies outside the code." % name)
    if not os.path.isfile(path):
        raise UserError("requirements.txt includes '%s', which is not in the code." % name)
    with open(path, "rb") as file:
        return file.read(MOST_BYTES + 1)
