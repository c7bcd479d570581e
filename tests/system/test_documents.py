"""A large law through the whole stack: gateway, service, store, bus and worker, and back with the same SHA-256."""

from __future__ import annotations

import hashlib
import os
import time

import httpx

from tests.system.stack import Stack

MEGABYTE = 1024 * 1024
NAME = "中华人民共和国安全生产法（2021年修正）.pdf"


def test_a_large_law_goes_in_and_comes_back(stack: Stack) -> None:
    data = b"%PDF-1.7\n" + os.urandom(40 * MEGABYTE)
    sha256 = hashlib.sha256(data).hexdigest()
    with httpx.Client(base_url=stack.url, trust_env=False, timeout=60) as http:
        answer = http.post("/api/auth/login", json={"username": "safety", "password": stack.password})
        head = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        body = {"name": NAME, "size": len(data), "sha256": sha256, "on_conflict": "rename"}
        upload = http.post("/api/documents/libraries/laws/uploads", json=body, headers=head).json()
        assert len(upload["parts"]) == 3
        for part in upload["parts"]:
            assert part["url"].startswith(f"{stack.url}/safework/")
            piece = data[part["offset"] : part["offset"] + part["size"]]
            assert http.put(part["url"], content=piece).status_code == 200
        node = http.post(f"/api/documents/uploads/{upload['id']}/complete", headers=head).json()
        deadline = time.monotonic() + 30
        while http.get(f"/api/documents/nodes/{node['id']}", headers=head).json()["state"] != "ready":
            assert time.monotonic() < deadline, "the worker has not checked the file"
            time.sleep(0.2)
        found = http.get(
            f"/api/documents/nodes/{node['id']}/download", headers={**head, "Accept": "application/json"}
        ).json()
        back = http.get(found["url"])
        assert hashlib.sha256(back.content).hexdigest() == sha256
        assert back.headers["content-type"] == "application/pdf"
        assert back.headers["x-content-type-options"] == "nosniff"
        assert http.get(found["url"].replace("X-Amz-Expires=60", "X-Amz-Expires=6000")).status_code == 403
        assert http.get(f"/safework/files/{node['id']}").status_code == 403
