"""A range of years, as a reader chooses it for a chart: both ends included, either may be open."""

from collections.abc import Sequence
from dataclasses import dataclass

from harvesters.record import Observation

from .outcomes import Series, year_of


@dataclass(frozen=True)
class Years:
    """From the beginning of one year to the end of another; None where that end is open."""

    since: int | None = None
    until: int | None = None

    def __bool__(self) -> bool:
        return self.since is not None or self.until is not None

    def hold(self, observation: Observation) -> bool:
        """Whether a figure is of these years: by the year in which its period begins."""
        year = int(observation.period[:4])
        return (self.since is None or self.since <= year) and (self.until is None or year <= self.until)

    def of(self, series: Series) -> Series:
        """What a series says of these years."""
        return series if not self else Series(series.place, tuple(one for one in series.observations if self.hold(one)))

    def span_of(self, series: Sequence[Series]) -> tuple[float, float] | None:
        """The years that a drawing shows where some were chosen: those of its figures alone, without the targets ahead."""
        known = [year_of(one.period) for some in series for one in some.known]
        return (min(known), max(known)) if self and known else None

    @property
    def query(self) -> dict[str, str]:
        """The range as parameters of an address."""
        return {name: str(year) for name, year in (("from", self.since), ("to", self.until)) if year is not None}


EVERY = Years()


def years_of(series: Sequence[Series]) -> tuple[int, int]:
    """The first and the last year of which there is a figure; (0, 0) where there is none."""
    years = [int(one.period[:4]) for some in series for one in some.known]
    return (min(years), max(years)) if years else (0, 0)
