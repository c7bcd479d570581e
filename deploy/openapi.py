"""`python -m deploy.openapi SERVICE`: the OpenAPI document of a service that is not running, for web/tools/api/gen.sh."""

from __future__ import annotations

import json
import sys

from deploy.docs.permissions import application

if __name__ == "__main__":
    json.dump(application(sys.argv[1]).openapi(), sys.stdout, ensure_ascii=False)
