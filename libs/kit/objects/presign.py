"""Presigned URLs (AWS Signature Version 4 in the query string).

The SDK presigns the host header only. We also sign Content-Length, so that a URL admits exactly as many bytes as were
declared, which is all that stands between an upload URL and a full disk. Pure computation: no request goes out."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlsplit

ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs URLs of one endpoint with one key pair."""

    endpoint: str
    access_key: str
    secret_key: str
    region: str

    def url(
        self,
        method: str,
        path: str,
        *,
        at: datetime,
        seconds: int,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> str:
        """The signed URL of `path` (`/bucket/key`), good from `at` for `seconds`. Whoever uses it has to send `headers`
        exactly so (lower-case names)."""
        stamp = at.strftime("%Y%m%dT%H%M%SZ")
        scope = f"{stamp[:8]}/{self.region}/s3/aws4_request"
        address = urlsplit(self.endpoint)
        # A browser leaves the usual port out of the Host header, and the host is part of what is signed.
        host = address.netloc.lower().removesuffix({"http": ":80", "https": ":443"}[address.scheme])
        signed = {"host": host, **(headers or {})}
        names = ";".join(sorted(signed))
        parameters = {
            **(query or {}),
            "X-Amz-Algorithm": ALGORITHM,
            "X-Amz-Credential": f"{self.access_key}/{scope}",
            "X-Amz-Date": stamp,
            "X-Amz-Expires": str(seconds),
            "X-Amz-SignedHeaders": names,
        }
        encoded_query = "&".join(f"{_encode(name)}={_encode(value)}" for name, value in sorted(parameters.items()))
        encoded_path = quote(path, safe="/-_.~")
        canonical = "\n".join(
            [
                method,
                encoded_path,
                encoded_query,
                *(f"{name}:{signed[name]}" for name in sorted(signed)),
                "",
                names,
                "UNSIGNED-PAYLOAD",
            ]
        )
        to_sign = "\n".join([ALGORITHM, stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        key = b"AWS4" + self.secret_key.encode()
        for part in (stamp[:8], self.region, "s3", "aws4_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
        return f"{self.endpoint.rstrip('/')}{encoded_path}?{encoded_query}&X-Amz-Signature={signature}"


def _encode(text: str) -> str:
    return quote(text, safe="-_.~")
