"""What auth tells everyone: departments, people, dictionaries. Each service keeps its own small copy of them."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.events.base import Event


class _Fact(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class DepartmentFact(_Fact):
    """One department as it is now. `path` is the materialised path of ids, `/<root>/<child>/`, and ends with a slash,
    so that `path LIKE :path || '%'` is the department and everything below it. One that was merged is closed and lies
    below the one that took it over, `merged_into`: what points at it is then in reach of whoever reaches that one."""

    id: UUID
    code: str
    name: str
    kind: str
    parent_id: UUID | None = None
    path: str
    sort: int = 0
    closed_on: date | None = None
    merged_into: UUID | None = None
    version: int


class PersonFact(_Fact):
    """One person as they are now; the phone is masked, for no personal number travels on the bus. `department_id` is the
    main department. The user name of somebody without an account is blank."""

    id: UUID
    username: str
    name: str
    employee_no: str | None = None
    department_id: UUID | None = None
    further_department_ids: tuple[UUID, ...] = ()
    post: str | None = None
    phone_masked: str | None = None
    roles: tuple[str, ...] = ()
    active: bool = True
    version: int


class DictionaryItemFact(_Fact):
    """One item of a dictionary. `ext` holds rules as data (validity_months, warn_days, basis, …). An item is retired
    (`enabled` false) and never removed; `version` grows with each change of it, and the newest wins."""

    value: str
    label: str
    sort: int = 0
    enabled: bool = True
    color: str | None = None
    parent_value: str | None = None
    aliases: tuple[str, ...] = ()
    ext: dict[str, Any] = {}
    valid_from: date | None = None
    valid_to: date | None = None
    version: int = 0


class OrganisationChanged(Event):
    """Departments were created, renamed, moved, merged or closed."""

    type: ClassVar[str] = "cn.gas.organisation.changed.v1"

    departments: tuple[DepartmentFact, ...]


class UserChanged(Event):
    """People were created or changed."""

    type: ClassVar[str] = "cn.gas.user.changed.v1"

    users: tuple[PersonFact, ...]


class DictionaryChanged(Event):
    """Items of a dictionary were created or changed. `items` are those that changed, or all of them; a dictionary that
    is too large for one message comes in several, and each stands for itself."""

    type: ClassVar[str] = "cn.gas.dictionary.changed.v1"

    dictionary: str
    name: str
    version: int
    items: tuple[DictionaryItemFact, ...]


class DictionaryDeclared(Event):
    """A service says which items its code relies on. Auth creates the missing ones, upgrades those that nobody has
    touched, leaves alone what an administrator changed, and answers with DictionaryChanged. `revision` grows when the
    declaration changes; an older one than was seen last changes nothing. `parent` is the dictionary that the items'
    `parent_value` leads to, this one itself when it is None."""

    type: ClassVar[str] = "cn.gas.dictionary.declared.v1"

    service: str
    dictionary: str
    name: str
    revision: int = 1
    editable: bool = True
    parent: str | None = None
    items: tuple[DictionaryItemFact, ...]


class ResourceFact(_Fact):
    """Something that permissions are about, with what may be done to it."""

    resource: str
    title: str
    verbs: tuple[str, ...]


class PermissionsDeclared(Event):
    """A service says what there is to permit in it: all of it, each time. Auth keeps the newest list of each service, offers
    it where roles are edited, and refuses a grant that nothing answers to."""

    type: ClassVar[str] = "cn.gas.permissions.declared.v1"

    service: str
    title: str
    resources: tuple[ResourceFact, ...]
    verbs: dict[str, str]
