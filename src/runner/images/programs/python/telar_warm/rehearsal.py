"""What the first use of a package takes beyond the later ones, done in the parent: no job has to wait for it.

R1. Nothing is left but what is the same for every job: modules, patterns, code that the interpreter has specialised, and the data
    files of packages as they were parsed, by path, size and time. No session, no key, no option, no thread; and no warning
    counts as given that a job would get.
R2. What fails here fails in the job that does it, and says so there.
"""
import importlib
import io
import os
import sys
import warnings

# Where nobody listens; nothing is sent there either.
NOWHERE = "http://127.0.0.1:1"


def rehearse():
    """In the parent, once all is imported."""
    for package, use in (("boto3", boto), ("pandas", frames)):
        if package not in sys.modules:
            continue
        try:
            # Ignored, a warning is not remembered either.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                use()
        except Exception as error:  # R2
            print("telar: %s was not rehearsed: %r" % (package, error), file=sys.stderr, flush=True)


def remembering(load_file):
    """Botocore parses the same description of a service for every session, which takes 50 ms for S3's."""
    known = {}

    def load(self, file_path):
        stamps = []
        for ending in (".json", ".json.gz"):
            try:
                entry = os.stat(file_path + ending)
                stamps.append((entry.st_size, entry.st_mtime_ns))
            except OSError:
                stamps.append(None)
        key = (file_path, *stamps)
        if key not in known:
            known[key] = load_file(self, file_path)
        return known[key]

    return load


def knowing(list_services, own_folders):
    """Botocore looks into 800 folders to see which services there are. Those of the packages stay as they are."""
    known = {}

    def services(self, type_name):
        key = (type_name, *self._potential_locations())
        if not own_folders.issuperset(key[1:]):
            return list_services(self, type_name)
        if key not in known:
            known[key] = list_services(self, type_name)
        return list(known[key])

    return services


class Answer(io.BytesIO):
    """What urllib3 would have received."""

    def __init__(self, body):
        super().__init__(body)
        self.headers = {}

    def stream(self, *_):
        yield self.read()


def boto():
    import boto3.session
    import botocore.awsrequest
    from botocore.loaders import JSONFileLoader, Loader

    for name in ("boto3.s3.inject", "encodings.idna"):
        importlib.import_module(name)
    own_folders = {Loader.BUILTIN_DATA_PATH, os.path.join(os.path.dirname(boto3.__file__), "data")}
    JSONFileLoader.load_file = remembering(JSONFileLoader.load_file)
    Loader.list_available_services = knowing(Loader.list_available_services, own_folders)
    session = boto3.session.Session("rehearsal", "rehearsal", region_name="us-east-1")
    session.client("sts", endpoint_url=NOWHERE)
    client = session.client("s3", endpoint_url=NOWHERE)

    def answer(request, **_):
        body = b"<ListBucketResult/>" if "list-type" in request.url else b"body"
        return botocore.awsrequest.AWSResponse(request.url, 200, {}, Answer(body))

    client.meta.events.register("before-send.s3", answer)
    client.get_object(Bucket="bucket", Key="key")["Body"].read()
    client.list_objects_v2(Bucket="bucket")
    client.put_object(Bucket="bucket", Key="key", Body=b"body")


def frames():
    import pandas

    frame = pandas.read_csv(io.StringIO("a,b,c\nx,1,0.5\ny,,1.5\nx,3,\n"))
    frame.to_csv(io.StringIO(), index=False)
    frame.describe()
    frame.groupby("a")["b"].mean()
    frame["b"].fillna(frame["b"].median()).astype("float32")
    pandas.concat([frame, pandas.get_dummies(frame["a"])], axis=1).merge(frame, on="a", how="left").isna().sum()
    frame["a"].map({"x": 1}).value_counts()
