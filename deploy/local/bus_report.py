"""What waits on the bus, asked of the five databases: they are the record, whatever the broker holds."""

from __future__ import annotations

from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from deploy.local import postgres, secrets
from deploy.local.layout import Layout
from deploy.local.ports import load as load_ports
from deploy.local.topology import SERVICES
from kit.bus.monitor import BusStatus, status


def read(layout: Layout) -> dict[str, BusStatus | str]:
    """Per service: the numbers, or a few words about why there are none."""
    keys, port = secrets.load(layout), load_ports(layout)["postgres"]
    result: dict[str, BusStatus | str] = {}
    for service in SERVICES:
        url = postgres.url(service, "app", keys[f"{service}_app"], port)
        engine = create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": 2})
        try:
            with Session(engine) as session:
                result[service] = status(session)
        except ProgrammingError:
            result[service] = "尚无总线的表"
        except OperationalError:
            result[service] = "数据库无应答"
        finally:
            engine.dispose()
    return result


def numbers(layout: Layout) -> dict[str, Any]:
    """The same for programs."""
    return {
        service: {"error": each} if isinstance(each, str) else {**each.numbers(), "alarms": each.alarms}
        for service, each in read(layout).items()
    }
