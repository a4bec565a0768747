"""Objects as folders: what Spark reads by s3:// paths is fetched before, and what it writes is stored after, as the run's role.

    s3://bucket/prefix   →   <temporary folder>/s3/bucket/prefix

B1. Nothing is stored of a write that failed, and nothing is removed before what replaces it is stored.
B2. A key that would leave its folder is refused.
"""
import glob
import os
import re
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor

ADDRESS = re.compile(r"^s3[an]?://([^/]+)/?(.*)$", re.DOTALL)
GLOB = re.compile(r"[*?\[{]")
AT_A_TIME = 8


class Missing(Exception):
    """There is nothing at an address."""


def root():
    return os.path.join(tempfile.gettempdir(), "s3")


def is_address(path):
    return isinstance(path, str) and ADDRESS.match(path) is not None


def client():
    import boto3

    return boto3.client("s3")


def parts(uri):
    bucket, key = ADDRESS.match(uri).groups()
    return bucket, key


def place(bucket, key):
    """Where an object lies as a file."""
    names = [name for name in key.split("/") if name]
    if any(name in (".", "..") or "\0" in name for name in names):
        raise ValueError("The object s3://%s/%s cannot become a file: its key leaves its folder." % (bucket, key))
    return os.path.join(root(), bucket, *names)


def keys_under(s3, bucket, prefix):
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for found in page.get("Contents", []):
            yield found["Key"]


def wanted(s3, bucket, key):
    """The keys that a path means: the object itself, or all below it; of a pattern, all below its fixed part."""
    pattern = GLOB.search(key)
    if pattern:
        return list(keys_under(s3, bucket, key[: key.rfind("/", 0, pattern.start()) + 1]))
    folder = key if key == "" or key.endswith("/") else key + "/"
    return [found for found in keys_under(s3, bucket, key) if found == key or found.startswith(folder)]


def fetch(uri):
    """The local path that has what lies at the address. Raises Missing."""
    s3 = client()
    bucket, key = parts(uri)
    found = [one for one in wanted(s3, bucket, key) if not one.endswith("/")]

    def download(one):
        path = place(bucket, one)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        s3.download_file(bucket, one, path)

    local = place(bucket, key)
    # What an earlier read left may be gone by now.
    if not GLOB.search(key) and os.path.isdir(local):
        shutil.rmtree(local)
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        list(pool.map(download, found))
    if not found or (GLOB.search(key) and "{" not in key and not glob.glob(local)):
        raise Missing(uri)
    return local


def exists(uri):
    bucket, key = parts(uri)
    return len(wanted(client(), bucket, key.rstrip("/"))) > 0


def new_output():
    """A path for what is about to be written: nothing is there."""
    os.makedirs(root(), exist_ok=True)
    return os.path.join(tempfile.mkdtemp(prefix="out-", dir=root()), "data")


def store(folder, uri, replace):
    """Stores the files of a folder below the address; `replace`: in place of what is there."""
    s3 = client()
    bucket, key = parts(uri)
    prefix = key.rstrip("/") + "/" if key.strip("/") else ""
    old = wanted(s3, bucket, key.rstrip("/")) if replace else []
    new = {}
    for base, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(base, name)
            if not name.endswith(".crc"):
                new[prefix + os.path.relpath(path, folder).replace(os.sep, "/")] = path
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        list(pool.map(lambda item: s3.upload_file(item[1], bucket, item[0]), new.items()))
    remove(s3, bucket, [one for one in old if one not in new])
    shutil.rmtree(os.path.dirname(folder), ignore_errors=True)


def remove(s3, bucket, keys):
    for start in range(0, len(keys), 1000):
        chosen = [{"Key": key} for key in keys[start : start + 1000]]
        failed = s3.delete_objects(Bucket=bucket, Delete={"Objects": chosen, "Quiet": True}).get("Errors", [])
        if failed:
            raise OSError("s3://%s/%s could not be removed: %s" % (bucket, failed[0]["Key"], failed[0]["Message"]))


def purge(uri):
    s3 = client()
    bucket, key = parts(uri)
    remove(s3, bucket, wanted(s3, bucket, key))
