"""What the functions share: objects by their URIs."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlparse


def place(uri: str) -> dict[str, str]:
    """
    >>> place("s3://bucket/a/b.json")
    {'Bucket': 'bucket', 'Key': 'a/b.json'}
    """
    parts = urlparse(uri, allow_fragments=False)
    return {"Bucket": parts.netloc, "Key": parts.path.lstrip("/")}


def read_text(s3: Any, uri: str) -> str:
    return s3.get_object(**place(uri))["Body"].read().decode("utf-8")


def read_json(s3: Any, uri: str) -> Any:
    return json.loads(read_text(s3, uri))


def write_json(s3: Any, uri: str, value: object) -> None:
    body = json.dumps(value, indent=1, sort_keys=True) + "\n"
    s3.put_object(**place(uri), Body=body.encode("utf-8"), ContentType="application/json")
