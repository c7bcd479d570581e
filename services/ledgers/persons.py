"""What a person is called and known by in every ledger of people; also in the child process that reads workbooks."""

NAME, NUMBER = "person_name", "id_number"
# The code of the error when a number has two names (services/ledgers/same_person.py).
OTHER_NAME = "number_of_another_name"


def without_blanks(name: str) -> str:
    """A name as it is compared: people write 张 伟 to fill a column."""
    return "".join(name.split())
