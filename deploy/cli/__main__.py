"""`python -m deploy.cli` is `safework`, without relying on the installed script."""

from deploy.cli import app

app(prog_name="safework")
