"""What every service's worker does the same way: it keeps its own copy of departments, people and dictionaries."""

from __future__ import annotations

from sqlalchemy.orm import Session

from contracts.events import DictionaryChanged, OrganisationChanged, UserChanged
from kit.directory import apply_dictionary, apply_organisation, apply_users
from kit.worker.declare import Worker, handles


class DirectoryWorker(Worker):
    """Base of a worker whose service has the directory's tables. A service that wants to react to one of these events
    itself as well gives that reaction a subscriber of its own (`ledgers.departments`)."""

    @handles(OrganisationChanged)
    def copy_organisation(self, session: Session, event: OrganisationChanged) -> None:
        """Departments."""
        apply_organisation(session, event)

    @handles(UserChanged)
    def copy_users(self, session: Session, event: UserChanged) -> None:
        """People."""
        apply_users(session, event)

    @handles(DictionaryChanged)
    def copy_dictionary(self, session: Session, event: DictionaryChanged) -> None:
        """Dictionaries."""
        apply_dictionary(session, event)
