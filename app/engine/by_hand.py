"""What officers write into the journal, as the picture has it: violations raised by hand, notes, mutes, movements."""

from app.engine.findings import LATE_AFTER_US
from app.model.entry import Announced, Entry, Muted, Noted, Raised, Unmuted
from app.model.feature import Mission
from app.model.movement import Movement
from app.model.note import Lifted, Mute, Note
from app.model.sealing import Sealer
from app.model.violation import Assessment, Evidence, Violation

RULE = "reported"


def raised_id(raised: Raised, sealer: Sealer) -> str:
    """Return the violation's id: the same for the same officer and key."""
    return sealer.violation_id(f"{RULE}|{raised.principal}|{raised.key}")


def violation_raised(raised: Raised, entry: Entry, key: str, mission: Mission, before: Violation | None) -> Violation:
    """Return what an officer raised, as a violation with the id ``key``. It equals ``before`` where nothing changed.

    ``rule_id`` is the category. The feature version is the one in force when it happened.
    """
    at_us, told_us = raised.observed_us, entry.received_us
    version = next(
        (
            feature
            for feature in mission.features
            if feature.id == raised.feature
            and (feature.valid_from_us is None or feature.valid_from_us <= at_us)
            and (feature.valid_to_us is None or at_us < feature.valid_to_us)
        ),
        None,
    )
    return Violation(
        id=key,
        rule=RULE,
        rule_id=raised.category,
        feature=raised.feature or "",
        feature_name="" if version is None else version.name,
        track=raised.track or "",
        party=raised.party,
        units=raised.units,
        status="withdrawn" if raised.withdrawn else "confirmed",
        late=told_us - at_us > LATE_AFTER_US if before is None else before.late,
        nominal=False,
        severity=raised.severity,
        direction=None,
        lon=raised.lon,
        lat=raised.lat,
        observed_us=at_us,
        confirmed_us=told_us if before is None else before.confirmed_us,
        ended_us=raised.ended_us,
        depth_m=None,
        confidence=1.0,
        evidence=Evidence((), None if version is None else version.valid_from_us),
        reason=f"{raised.category}, reported by hand: {raised.note}",
        marking=raised.marking,
        assessment=Assessment() if before is None else before.assessment,
        revision=1 if before is None else before.revision,
        told_us=told_us if before is None else before.told_us,
        changed_us=told_us if before is None else before.changed_us,
        cause="found" if before is None else before.cause,
    )


def note_of(noted: Noted, entry: Entry, sealer: Sealer) -> Note:
    """Return the wording that an entry gives to a note."""
    return Note(
        id=noted.corrects or sealer.seal("l", entry.seq),
        seq=entry.seq,
        at_us=noted.at_us,
        written_us=entry.received_us,
        category=noted.category,
        text=noted.text,
        by=noted.by,
        principal=noted.principal,
        violation=noted.violation,
        track=noted.track,
        marking=noted.marking,
    )


def mute_of(muted: Muted, entry: Entry, sealer: Sealer) -> Mute:
    """Return the mute that an entry begins."""
    return Mute(
        id=sealer.seal("m", entry.seq),
        rule=muted.rule,
        feature=muted.feature,
        track=muted.track,
        from_us=entry.received_us,
        until_us=muted.until_us,
        note=muted.note,
        by=muted.by,
        marking=muted.marking,
    )


def lifted_by(unmuted: Unmuted, entry: Entry) -> Lifted:
    """Return the end that an entry makes of a mute."""
    return Lifted(unmuted.mute, entry.received_us, unmuted.by)


def movement_of(announced: Announced, entry: Entry) -> Movement:
    """Return the movement that an entry announces."""
    return Movement(
        contingent=announced.contingent,
        movement=announced.movement,
        party=announced.party,
        units=announced.units,
        crossing_point=announced.crossing_point,
        from_us=announced.from_us,
        to_us=announced.to_us,
        note=announced.note,
        by=announced.by,
        marking=announced.marking,
        announced_us=entry.received_us,
    )
