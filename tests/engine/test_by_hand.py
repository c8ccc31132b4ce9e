"""Officers' own entries, folded."""

from app.engine.snapshot import frozen, thawed
from app.model.entry import Assessed, Unmuted
from tests.builders import NOON_US, muted, noted, raised
from tests.engine.world import World, feature, mission

MINUTE_US = 60_000_000
LINE = feature([], [[33, 35], [34, 35]], id="line", valid_from="2020-01-01T00:00:00Z", name="The line")


def test_what_is_raised_by_hand_is_a_violation_like_any_other() -> None:
    world = World(mission(LINE))

    [(before, after)] = world.take(raised(feature="line", track="t_1"), NOON_US + MINUTE_US).changes

    assert before is None
    assert (after.rule, after.rule_id, after.status, after.party) == ("reported", "construction", "confirmed", "north")
    assert (after.feature, after.feature_name, after.track, after.late) == ("line", "The line", "t_1", False)
    assert after.evidence.line_version_us is not None
    assert (after.revision, after.told_us, after.confidence) == (1, NOON_US + MINUTE_US, 1.0)
    assert world.engine.violations.recent() == [after]


def test_raised_again_under_its_key_it_is_amended_and_keeps_its_assessment() -> None:
    world = World(mission(LINE))
    [(_, first)] = world.take(raised(), NOON_US).changes

    assert world.take(raised(), NOON_US + 1).changes == (), "said twice"
    world.take(Assessed(first.id, 1, "acknowledged", None, "Ben", "u_2"), NOON_US + 2)
    [(before, after)] = world.take(raised(note="Two walls"), NOON_US + 3).changes

    assert before is not None
    assert (before.revision, after.revision, after.id) == (2, 3, first.id)
    assert (after.assessment.state, after.told_us) == ("acknowledged", NOON_US)
    [(_, gone)] = world.take(raised(note="Two walls", withdrawn=True), NOON_US + 4).changes
    assert (gone.status, gone.revision) == ("withdrawn", 4)


def test_a_key_is_its_officers_own() -> None:
    world = World(mission(LINE))

    ids = {
        world.take(entry, NOON_US).changes[0].after.id for entry in (raised(), raised(principal="u_2"), raised(key="3"))
    }

    assert len(ids) == 3


def test_what_happened_long_before_it_was_raised_is_late() -> None:
    world = World(mission(LINE))

    [(_, after)] = world.take(raised(), NOON_US + 16 * MINUTE_US).changes

    assert after.late


def test_officers_entries_are_the_same_in_a_replay_and_after_a_restart() -> None:
    world = World(mission(LINE))
    outcomes = []
    for entry in (raised(), noted(), muted(), raised(key="other"), Unmuted(mute="m_1", by="Ana", principal="u_1")):
        world.restart()
        outcomes.append(world.take(entry, NOON_US))

    assert world.replayed()[-5:] == outcomes
    again = thawed(frozen(world.engine), world.registry, world.sealer, world.window_us)
    assert list(again.violations) == list(world.engine.violations)


def test_a_note_and_its_correction_have_one_id_and_every_mute_its_own() -> None:
    world = World(mission(LINE))

    [note] = world.take(noted(), NOON_US).notes
    [corrected] = world.take(noted(text="Patrol back", corrects=note.id), NOON_US + 1).notes
    [one] = world.take(muted(), NOON_US).mutes
    [two] = world.take(muted(), NOON_US).mutes
    [lifted] = world.take(Unmuted(mute=one.id, by="Ben", principal="u_2"), NOON_US + 9).lifted

    assert (corrected.id, corrected.text) == (note.id, "Patrol back")
    assert corrected.seq > note.seq
    assert one.id != two.id
    assert (lifted.mute, lifted.at_us, lifted.by) == (one.id, NOON_US + 9, "Ben")
