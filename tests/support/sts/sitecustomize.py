"""Stands in for the HTTPS proxy of `telar shell`, in tests only.

The SageMaker SDK names AWS's own STS (https://sts.<region>.amazonaws.com) to boto3, which then does not look at the configured
endpoint. Python imports this module when it starts, from PYTHONPATH: it leaves that one address out, so that scripts stay unchanged.
"""

from botocore.session import Session

_create_client = Session.create_client


def _create_client_of_endpoint(self, service_name, *arguments, endpoint_url=None, **options):
    if service_name == "sts" and endpoint_url and endpoint_url.endswith(".amazonaws.com"):
        endpoint_url = None
    return _create_client(self, service_name, *arguments, endpoint_url=endpoint_url, **options)


Session.create_client = _create_client_of_endpoint
