"""The two realms of the guidelines, their owners, and the words that imported networks are described with."""

from isthmus.estate import Owner, Realm

OWNERS = {
    "sre": Owner(title="Site Reliability Engineering (SRE)"),
    "wmcs": Owner(title="Wikimedia Cloud Services (WMCS)"),
}

REALMS = {
    "production": Realm(title="Production", owners=("sre",)),
    "cloud": Realm(
        title="Cloud VPS and the hardware dedicated to it",
        owners=("wmcs",),
        domains=(
            "wikimediacloud.org",
            "wikimedia.cloud",
            "wmcloud.org",
            "wmflabs.org",
            "toolforge.org",
        ),
    ),
}

ROLES = (
    "instances",
    "nat-egress",
    "floating",
    "public-services",
    "load-balancer",
    "private",
    "cloud-hosts",
    "cloud-private",
    "cloud-vips",
    "transport",
    "storage",
    "management",
    "infrastructure",
)
"""The roles that importers give to networks: words of the edition ``wikimedia``."""
