"""Air violations by party and day: number, hours, share unmanned."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from app.alerts.episodes import DAY_US, HOUR_US, Episodes, Sum, counts, episodes
from app.api.deps import Ctx, Json, Reader
from app.api.documents import EpisodeDay, EpisodeParty, EpisodeTable
from app.api.lists import instant_of, numbers_of
from app.api.reference import answers
from app.model.instant import instant_text, parse_instant
from app.model.problems import Problem
from app.store.outcomes import Wanted, violations_during

router = APIRouter(prefix="/api/v1/violations/episodes", tags=["violations"])
USUAL_DAYS, MOST_DAYS = 30, 366
_EARLIEST_US = parse_instant("0001-01-01T00:00:00Z")


class Asked(BaseModel):
    """The filters of the table."""

    model_config = ConfigDict(extra="forbid")

    from_: str | None = Query(
        None, alias="from", max_length=40, description=f"RFC 3339, with offset; else {USUAL_DAYS} days before to."
    )
    to: str | None = Query(None, max_length=40, description="RFC 3339, with offset; else, and at the latest, now.")
    party: str | None = Query(None, max_length=128, description="A party of the mission, or unknown.")
    feature: str | None = Query(None, max_length=128, description="The feature that was violated, by its id.")


@router.get("", responses=answers(EpisodeTable))
async def table(filters: Annotated[Asked, Query()], caller: Reader, context: Ctx) -> Response:
    """Air violations that are confirmed: how many began, for how many hours, what share of both was unmanned."""
    now_us = context.now_us()
    asked_us = instant_of("to", filters.to)
    to_us = max(_EARLIEST_US, now_us if asked_us is None else min(asked_us, now_us))
    from_us = instant_of("from", filters.from_)
    from_us = max(_EARLIEST_US, to_us - USUAL_DAYS * DAY_US if from_us is None else from_us)
    if to_us - from_us > MOST_DAYS * DAY_US:
        raise Problem("bad_parameter", f"from: at most {MOST_DAYS} days before to.", field="from")
    wanted = Wanted(
        markings=numbers_of(caller.allowed),
        from_us=from_us,
        to_us=to_us,
        party=filters.party,
        status="confirmed",
        feature=filters.feature,
    )
    made = await context.database.read(
        lambda db: episodes(filter(counts, violations_during(db, wanted)), from_us, to_us)
    )
    return Json(_document(made, from_us, to_us))


def _document(made: Episodes, from_us: int, to_us: int) -> EpisodeTable:
    return EpisodeTable(
        from_=instant_text(from_us),
        to=instant_text(to_us),
        days=[EpisodeDay(day, party, *_figures(figures)) for (day, party), figures in made.by_day.items()],
        parties=[EpisodeParty(party, *_figures(figures)) for party, figures in made.by_party.items()],
    )


def _figures(it: Sum) -> tuple[int, float, int, float, float | None, float | None]:
    return (
        it.episodes,
        round(it.flown_us / HOUR_US, 4),
        it.unmanned,
        round(it.unmanned_us / HOUR_US, 4),
        round(it.unmanned / it.episodes, 4) if it.episodes else None,
        round(it.unmanned_us / it.flown_us, 4) if it.flown_us else None,
    )
