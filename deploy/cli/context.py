"""Settings for a command that works on a service: from the environment in a container, from var/ in the embedded stack."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterable
from typing import Any

from deploy.cli.terminal import explained, fail

# Whoever has set one of these runs a deployment of their own, and var/ is none of our business.
_GIVEN = ("SAFEWORK_DATABASE_URL", "SAFEWORK_MIGRATION_DATABASE_URL", "SAFEWORK_SECRETS_DIR")


def embedded() -> bool:
    """Whether this command works on the embedded stack under var/."""
    return not any(name in os.environ for name in _GIVEN)


def use(service: str, *, process: str = "api") -> None:
    """Puts the service's variables into this process's environment."""
    if not embedded():
        return
    from deploy.local import stack

    with explained():
        variables = stack.service_env(service, process=process)
    os.environ.update(variables)
    # The next service of the same command must not take these for a deployment of the person's own.
    _put.update(variables)


_put: dict[str, str] = {}


def settings(service: str) -> Any:
    """The settings of a service, read now."""
    leave()
    use(service)
    module = importlib.import_module(f"services.{service}.settings")
    return module.Settings()


def leave() -> None:
    """Takes the variables of the last `use` out again."""
    for name in _put:
        os.environ.pop(name, None)
    _put.clear()


def services(one: str | None, every: bool) -> Iterable[str]:
    """The services that a command means."""
    from kit.db.migrate import services as installed

    known = installed()
    if every == (one is not None):
        fail("请给出服务名，或用 --all 表示全部", "可选：" + "、".join(known))
    if one is not None and one not in known:
        fail(f"没有名为 {one} 的服务", "可选：" + "、".join(known))
    # auth first: the others' seeds may count on its facts being on their way.
    return [one] if one is not None else sorted(known, key=lambda name: (name != "auth", name))
