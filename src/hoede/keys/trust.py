"""Whom we believe on the wire: the certificate authorities that this machine trusts."""

import ssl
from functools import cache

import httpx2


@cache
def trusted() -> ssl.SSLContext:
    """For every outgoing connection. Read once a process: it takes a tenth of a second."""
    return httpx2.create_ssl_context()
