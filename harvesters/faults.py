"""What can go wrong between the portal and an agency, named by cause. Each message says what to do."""


class SourceFault(Exception):
    """A harvest cannot go on. The parent of the four causes below: catch this one to end a run.

    `code` says in one word what was wrong (harvesters.flags).
    """

    code = "bad_answer"


class SourceUnavailable(SourceFault):
    """The agency is down, too slow, or asks to come back later. Trying again later may help.

    `status`: of HTTP, where it answered at all.
    """

    code = "unavailable"

    def __init__(self, message: str, retry_after: float | None = None, status: int | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.status = status


class BadAnswer(SourceFault):
    """The agency answered, but not with what its address promises. `status`: of HTTP, where there is one."""

    def __init__(self, message: str, status: int | None = None, code: str = "bad_answer") -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class AddressRefused(SourceFault):
    """The address is not one that harvesters may reach: inside the operator's network, or not http(s)."""

    code = "address_refused"


class RobotsRefused(SourceFault):
    """The agency's robots.txt asks not to fetch this address."""

    code = "robots"


class NotModified(Exception):
    """Nothing changed since the validators that were sent. Good news, not a fault."""
