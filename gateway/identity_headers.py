"""Headers by which some backend, some day, might be made to believe who is asking (reliability.md F13, 3.10).

No service takes identity from a header: each verifies the token itself. The gateway removes these all the same. Traefik
can remove headers by name, not by pattern, so that the families are spelled out; header names with underscores, and every
other name that a CGI-like backend would read as one of these, are removed whole by `aliasHeadersStrategy: delete`."""

from __future__ import annotations

_FAMILIES = {
    "X-User": (
        "",
        "Id",
        "Name",
        "Email",
        "Login",
        "Role",
        "Roles",
        "Groups",
        "Permissions",
        "Scope",
        "Department",
        "Dept",
    ),
    "X-Username": ("",),
    "X-Dept": ("", "Id", "Name", "Path", "Scope"),
    "X-Department": ("", "Id", "Path"),
    "X-Role": ("", "Id", "Name"),
    "X-Roles": ("",),
    "X-Auth": ("", "User", "Username", "Request-User", "Request-Email", "Request-Groups", "Token", "Roles", "Subject"),
    "X-Authenticated": ("", "User", "Userid", "Groups"),
    "X-Remote": ("User", "Group", "Groups", "Name", "Email"),
    "X-Principal": ("", "Id", "Name"),
    "X-Session": ("", "Id"),
    "X-Original": ("Url", "Uri", "Method", "Host", "Path", "Forwarded-For"),
    "X-Rewrite": ("Url", "Uri", "Path"),
    "X-Http-Method": ("", "Override"),
    "X-Method": ("Override",),
    "X-Internal": ("", "Token", "Service", "User"),
    "X-Service": ("", "Name", "Token"),
    "X-Forwarded": ("Prefix", "User", "Email", "Groups", "Preferred-Username", "Access-Token"),
    "X-Accel": ("Redirect", "Internal"),
    "Forwarded": ("",),
    "Remote": ("User",),
    "Proxy": ("",),
}

NAMES = tuple(f"{family}-{member}" if member else family for family, members in _FAMILIES.items() for member in members)
