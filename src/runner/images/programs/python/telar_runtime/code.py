"""The user's code: from S3, an archive or a folder, into the code folder.

Y1. Nothing lands outside the code folder, whatever an archive's members are called or link to.
"""
import os
import shutil
import tarfile
import tempfile
from urllib.parse import unquote, urlparse

from .base import CODE, UserError


def extract(archive, folder):
    """Unpacks the code. Members that would land outside the folder are refused."""
    try:
        with tarfile.open(archive) as tar:
            if hasattr(tarfile, "data_filter"):
                tar.extractall(folder, filter="data")
                return
            root = os.path.realpath(folder)
            for member in tar.getmembers():
                target = os.path.realpath(os.path.join(folder, member.name))
                if not (target == root or target.startswith(root + os.sep)) or not (member.isfile() or member.isdir()):
                    raise UserError("The code archive holds '%s', which would land outside its folder or is a link." % member.name)
            tar.extractall(folder)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise UserError("The code archive could not be unpacked: %s" % error)


def download(uri, path):
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    parsed = urlparse(uri)
    try:
        boto3.client("s3").download_file(parsed.netloc, parsed.path.lstrip("/"), path)
    except (BotoCoreError, ClientError) as error:
        raise UserError("The code %s could not be read: %s" % (uri, error))


def fetch(source, named_by):
    """Puts the user's code into the code folder. `named_by` is what the source was given in, for messages."""
    os.makedirs(CODE, exist_ok=True)
    if source.startswith("s3://"):
        with tempfile.TemporaryDirectory() as folder:
            archive = os.path.join(folder, "sourcedir.tar.gz")
            download(source, archive)
            extract(archive, CODE)
        return
    path = unquote(urlparse(source).path) if source.startswith("file://") else source
    if os.path.isdir(path):
        if os.path.realpath(path) != os.path.realpath(CODE):
            shutil.copytree(path, CODE, dirs_exist_ok=True)
    elif os.path.isfile(path):
        extract(path, CODE)
    else:
        raise UserError("The code folder '%s' (%s) does not exist." % (source, named_by))


def require(program, named_by):
    """The script's path. Says what is there when it is not."""
    script = os.path.join(CODE, program)
    inside = os.path.realpath(script).startswith(os.path.realpath(CODE) + os.sep)
    if not inside or not os.path.isfile(script):
        there = ", ".join(sorted(os.listdir(CODE))[:20]) or "nothing"
        raise UserError("The script '%s' (%s) is not in the code: it holds %s." % (program, named_by, there))
    return script
