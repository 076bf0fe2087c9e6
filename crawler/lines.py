"""What the failure of a plain connection (not one of Scrapy's) tells, in a word of crawler.words.names."""

from __future__ import annotations

import socket
import ssl


def failure_of(error: OSError) -> str:
    """dns, certificate, no_tls, timeout, refused or lost."""
    if isinstance(error, socket.gaierror):
        return "dns"
    if isinstance(error, ssl.SSLError):
        return "certificate" if isinstance(error, ssl.SSLCertVerificationError) else "no_tls"
    if isinstance(error, TimeoutError):
        return "timeout"
    return "refused" if isinstance(error, ConnectionRefusedError) else "lost"
