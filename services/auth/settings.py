"""Settings of the auth service."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field, SecretStr

from kit.settings import PersonalSettings, ServiceSettings


# ServiceSettings comes last, for pydantic lets the last base decide where values are read from.
class Settings(PersonalSettings, ServiceSettings):
    """What auth needs from its environment."""

    service: ClassVar[str] = "auth"

    # Where the keys that sign access tokens lie, one file each, 0600. Without it the embedded demo makes keys that end
    # with the process; production refuses to start.
    signing_key_dir: Path | None = None
    # reliability.md S3: `dengbao` asks for three kinds of characters, a change every 90 days and no old password again;
    # `asvs` asks for none of that.
    password_profile: Literal["dengbao", "asvs"] = "dengbao"
    # How many sessions a person may have at a time (reliability.md S12); a new one ends the oldest. The embedded demo has
    # room for more, for several people try the same account there.
    web_sessions: Annotated[int, Field(ge=1, le=50)] = 3
    mobile_sessions: Annotated[int, Field(ge=1, le=50)] = 2
    # Failures of one name, and of all names from one address, after which a sign-in has to bring a proof of work.
    captcha_after: Annotated[int, Field(ge=1, le=5)] = 3
    captcha_address_after: Annotated[int, Field(ge=1)] = 10
    # Half of the hashes that a proof may need at most; an old telephone makes some ten thousand a second.
    captcha_work: Annotated[int, Field(ge=100, le=5_000_000)] = 20_000
    # Whether the three administrators have to sign in with two factors (reliability.md S6): everywhere but in the embedded
    # demo, which offers it, unless it is said otherwise.
    administrator_second_factor: bool | None = None
    # Days without a sign-in after which an account is disabled, and the days before that in which it is warned.
    unused_days: Annotated[int, Field(ge=30)] = 90
    unused_warning_days: Annotated[int, Field(ge=1, le=60)] = 30
    # How often one person may do what costs much (services/auth/routes/importing.py); 0 lifts a limit.
    upload_per_minute: int | None = None
    import_per_hour: int | None = None
    export_per_minute: int | None = None
    # One password for every demo account; the seed makes them only with it, and only in the embedded demo.
    demo_password: SecretStr | None = None

    @property
    def second_factor_required(self) -> bool:
        """Whether an administrator without a second factor may do nothing but set one up."""
        return not self.embedded if self.administrator_second_factor is None else self.administrator_second_factor


@cache
def get_settings() -> Settings:
    """The settings of this process."""
    return Settings()
