import msgspec
import pytest

from app.access.principals import Principal
from app.alerts.events import SUSPECTED, Letter
from app.model.incident import IncidentVersion
from app.model.label import Label, Marking
from app.model.outcome import Outcome
from app.model.violation import Change, Violation
from app.store import outbox
from app.store.deliveries import logged, redeliver
from app.store.hooks import MOST_HOOKS, TooManyHooks, add_hook, all_hooks, hook_by_id, remove_hook
from tests.builders import NOON_US, OPEN, incident, violation
from tests.store.outboxes import OFFICER, MemoryStore, letter, revised

SECOND_US = 1_000_000
DAY_US = 86_400 * SECOND_US
RAISED = violation()
CONFIRMED = revised(RAISED, status="confirmed", confirmed_us=NOON_US)
ENDED = revised(CONFIRMED.after, ended_us=NOON_US)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def told(store: MemoryStore) -> list[tuple[str, int]]:
    return [(delivery.event, delivery.revision) for delivery in store.due()]


def test_an_outcome_owes_one_letter_to_every_hook_that_asked(store: MemoryStore) -> None:
    store.hook("https://one.test/")
    store.hook("https://two.test/")
    store.hook("https://three.test/", events=["violation.ended"])

    assert store.owe(RAISED, incident()) == 4
    assert len({delivery.id for delivery in store.due()}) == 4


def test_nothing_is_owed_where_nobody_asked(store: MemoryStore) -> None:
    assert store.owe(RAISED) == 0


def test_the_same_outcome_twice_owes_nothing_twice(store: MemoryStore) -> None:
    store.hook()
    store.owe(RAISED)
    before = [delivery.id for delivery in store.due()]

    assert store.owe(RAISED) == 0
    assert [delivery.id for delivery in store.due()] == before


def test_a_revision_that_tells_two_events_owes_both_in_order(store: MemoryStore) -> None:
    store.hook()
    crossed_and_back = violation(status="confirmed", confirmed_us=NOON_US, ended_us=NOON_US)

    assert store.owe(crossed_and_back) == 2
    [first] = store.due()
    store.record(first, NOON_US)
    [second] = store.due(NOON_US + SECOND_US)

    assert (first.event, second.event) == ("violation.confirmed", "violation.ended")
    assert first.id != second.id


def test_revisions_of_one_violation_come_in_order_and_others_beside_them(store: MemoryStore) -> None:
    store.hook()
    store.owe(RAISED)
    store.owe(CONFIRMED)
    store.owe(ENDED)
    store.owe(violation(id="v_2"))

    order = []
    at_us = NOON_US
    while due := store.due(at_us):
        order.append([(delivery.object, delivery.revision) for delivery in due])
        for delivery in due:
            store.record(delivery, at_us)
        at_us += SECOND_US

    assert order == [[("v_1", 1), ("v_2", 1)], [("v_1", 2)], [("v_1", 3)]]


def test_a_failure_waits_and_holds_back_only_its_own_violation(store: MemoryStore) -> None:
    store.hook()
    store.owe(RAISED, violation(id="v_2"))
    store.owe(CONFIRMED)
    first, other = store.due()

    store.record(first, NOON_US, "HTTP 500", NOON_US + 5 * SECOND_US)

    assert store.due() == [other]
    assert [(delivery.object, delivery.revision) for delivery in store.due(NOON_US + 5 * SECOND_US)] == [
        ("v_2", 1),
        ("v_1", 1),
    ]


def test_what_is_due_next_is_known(store: MemoryStore) -> None:
    store.hook()
    store.owe(RAISED)
    [delivery] = store.due()
    store.record(delivery, NOON_US, "HTTP 500", NOON_US + 7)

    found, next_us = store.now(lambda connection: outbox.due(connection, store.owner_of, NOON_US, 10))

    assert (found, next_us) == ([], NOON_US + 7)


def test_the_first_success_after_failures_makes_all_that_waits_due(store: MemoryStore) -> None:
    hook = store.hook()
    store.owe(RAISED, violation(id="v_2"), violation(id="v_3"))
    waiting = store.due()
    for delivery in waiting:
        store.record(delivery, NOON_US, "HTTP 500", NOON_US + DAY_US)
    failing = store.now(lambda connection: hook_by_id(connection, hook.id))
    assert failing is not None
    assert failing.failing_since_us == NOON_US
    assert store.due() == []

    store.record(waiting[0], NOON_US + SECOND_US)

    assert [delivery.object for delivery in store.due(NOON_US + 2 * SECOND_US)] == ["v_2", "v_3"]
    assert store.now(all_hooks)[0].failing_since_us is None


def test_what_is_given_up_lets_the_next_revision_go(store: MemoryStore) -> None:
    store.hook()
    store.owe(RAISED)
    store.owe(CONFIRMED)
    [first] = store.due()

    assert store.record(first, NOON_US, "HTTP 500", None) == "given_up"

    assert [delivery.revision for delivery in store.due(NOON_US + SECOND_US)] == [2]


def test_a_hook_is_told_nothing_it_may_not_read(store: MemoryStore) -> None:
    store.hook()
    for restricted in (
        Marking(("GBR",), Label("unclassified", ("GBR", "HQ"))),
        Marking(("GBR",), Label(caveats=("NO_WEBHOOK",))),
        Marking(("ARG",), Label(caveats=("NO_WEBHOOK",))),
    ):
        assert store.owe(violation(marking=restricted), incident(marking=restricted)) == 0

    assert store.owe(violation(id="v_2", marking=Marking(("ARG",), Label("strictly_confidential", ("HQ",))))) == 1


@pytest.mark.parametrize("standing", [None, msgspec.structs.replace(OFFICER, clearance="unclassified")])
def test_a_hook_does_not_outlive_the_rights_of_its_owner(store: MemoryStore, standing: Principal | None) -> None:
    store.hook()
    confidential = violation(marking=Marking(("ARG",), Label("confidential")))
    store.owe(confidential)
    assert len(store.due()) == 1

    store.owners.clear()
    if standing is not None:
        store.owners[OFFICER.id] = standing

    assert store.owe(msgspec.structs.replace(confidential, id="v_2")) == 0
    assert store.due() == []


def test_a_promotion_does_not_widen_an_old_hook(store: MemoryStore) -> None:
    visitor = msgspec.structs.replace(OFFICER, clearance="unclassified")
    store.hook(owner=visitor)

    assert store.owe(violation(marking=Marking(("GBR",), Label("confidential")))) == 0


def test_a_refused_delivery_is_given_up_and_says_so(store: MemoryStore) -> None:
    hook = store.hook()
    store.owe(RAISED)
    [delivery] = store.due()

    store.now(lambda connection: outbox.refuse(connection, delivery, NOON_US))

    [log] = store.now(lambda connection: logged(connection, hook.id, None, 10))
    assert (log.state, log.next_try_us) == ("given_up", None)
    assert [attempt.error for attempt in log.attempts] == ["no longer allowed to be told"]


def test_the_log_keeps_the_newest_tries_and_little_of_an_error(store: MemoryStore) -> None:
    hook = store.hook()
    store.owe(RAISED)
    [delivery] = store.due()

    for at_us in range(outbox.ATTEMPTS_KEPT + 10):
        store.record(delivery, at_us, "é" * 5000, NOON_US)

    [log] = store.now(lambda connection: logged(connection, hook.id, None, 10))
    assert [attempt.at_us for attempt in log.attempts] == list(range(10, outbox.ATTEMPTS_KEPT + 10))
    assert all(len((attempt.error or "").encode()) <= 1024 for attempt in log.attempts)


def test_the_log_is_read_newest_first_in_pages(store: MemoryStore) -> None:
    hook, other = store.hook(), store.hook()
    for number in range(5):
        store.owe(violation(id=f"v_{number}"))

    first = store.now(lambda connection: logged(connection, hook.id, None, 3))
    rest = store.now(lambda connection: logged(connection, hook.id, first[-1].id, 3))
    foreign = store.now(
        lambda connection: logged(
            connection, hook.id, outbox.letter_id(other.id, SUSPECTED, letter(SUSPECTED, violation(id="v_1"))), 3
        )
    )

    assert [log.object for log in first + rest] == ["v_4", "v_3", "v_2", "v_1", "v_0"]
    assert foreign == []


def test_what_was_delivered_can_be_had_again_under_the_same_ids_and_in_order(store: MemoryStore) -> None:
    hook = store.hook()
    for news in (RAISED, CONFIRMED, ENDED):
        store.owe(news)
    ids = []
    for _ in range(3):
        [delivery] = store.due(NOON_US + SECOND_US)
        ids.append(delivery.id)
        store.record(delivery, NOON_US)

    again_us = NOON_US + DAY_US
    assert store.now(lambda connection: redeliver(connection, hook.id, NOON_US, None, again_us)) == 3
    again = []
    for _ in range(3):
        [delivery] = store.due(again_us + SECOND_US)
        assert (delivery.since_us, delivery.tries) == (again_us, 0)
        again.append(delivery.id)
        store.record(delivery, again_us)

    assert again == ids


def test_single_letters_can_be_had_again_but_not_those_of_another_hook(store: MemoryStore) -> None:
    hook, other = store.hook(), store.hook()
    store.owe(RAISED, violation(id="v_2"))
    for delivery in store.due():
        store.record(delivery, NOON_US)
    one = outbox.letter_id(hook.id, SUSPECTED, letter(SUSPECTED, violation(id="v_2")))
    foreign = outbox.letter_id(other.id, SUSPECTED, letter(SUSPECTED, violation(id="v_2")))

    assert store.now(lambda connection: redeliver(connection, hook.id, None, [one, foreign, 'x"'], NOON_US)) == 1
    assert [delivery.id for delivery in store.due()] == [one]


def test_redelivery_during_a_try_lets_only_the_first_of_a_line_be_due(store: MemoryStore) -> None:
    hook = store.hook()
    store.owe(RAISED)
    store.owe(CONFIRMED)
    [first] = store.due()
    store.record(first, NOON_US)
    [second] = store.due(NOON_US + SECOND_US)

    store.now(lambda connection: redeliver(connection, hook.id, NOON_US, None, NOON_US))
    store.record(second, NOON_US, "HTTP 500", NOON_US)

    assert [delivery.revision for delivery in store.due(NOON_US + SECOND_US)] == [1]


def test_old_deliveries_are_forgotten_but_never_what_is_owed(store: MemoryStore) -> None:
    hook = store.hook()
    store.owe(RAISED, violation(id="v_2"))
    first, _ = store.due()
    store.record(first, NOON_US)
    late_us = NOON_US + 31 * DAY_US

    assert store.now(lambda connection: outbox.prune(connection, NOON_US + 29 * DAY_US)) == 0
    assert store.now(lambda connection: outbox.prune(connection, late_us)) == 1

    assert [log.object for log in store.now(lambda connection: logged(connection, hook.id, None, 10))] == ["v_2"]
    assert store.connection.execute("SELECT count(*) FROM attempts").fetchone() == (0,)


def test_a_removed_hook_leaves_nothing_even_if_a_try_was_under_way(store: MemoryStore) -> None:
    hook = store.hook()
    store.owe(RAISED)
    [delivery] = store.due()

    store.now(lambda connection: remove_hook(connection, hook.id))
    store.record(delivery, NOON_US)

    for table in ("hooks", "outbox", "attempts"):
        assert store.connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_a_contingent_may_have_only_so_many_hooks(store: MemoryStore) -> None:
    for _ in range(MOST_HOOKS):
        store.hook()

    with pytest.raises(TooManyHooks):
        store.hook()
    store.hook(owner=msgspec.structs.replace(OFFICER, id="bob", contingent="GBR"))


def test_what_is_owed_is_counted(store: MemoryStore) -> None:
    store.hook()
    store.owe(RAISED, violation(id="v_2"))
    first, second = store.due()
    store.record(first, NOON_US)
    store.record(second, NOON_US, "HTTP 500", NOON_US)

    assert store.now(outbox.backlog) == outbox.Backlog(pending=1, failing_hooks=1)


def test_ids_differ_in_hook_event_object_and_body() -> None:
    told = [
        ("h", "e", Letter("v", 1, b"{}")),
        ("h2", "e", Letter("v", 1, b"{}")),
        ("h", "e2", Letter("v", 1, b"{}")),
        ("h", "e", Letter("v2", 1, b"{}")),
        ("h", "e", Letter("v", 2, b"{1}")),
    ]

    ids = [outbox.letter_id(*one) for one in told]

    assert len(set(ids)) == len(ids)
    assert ids == [outbox.letter_id(*one) for one in told]


def test_what_becomes_visible_is_new_to_who_could_not_see_it_before(store: MemoryStore) -> None:
    store.hook()
    hidden = Marking(("GBR",), Label(releasable_to=("GBR",)))
    restricted = violation(marking=hidden, status="confirmed")

    assert store.owe(restricted, incident(marking=hidden)) == 0
    assert (
        store.owe(revised(restricted, marking=OPEN), incident(version=2), incident(version=3, title="Three shots")) == 3
    )

    events = []
    for _ in range(3):
        for delivery in store.due(NOON_US + SECOND_US):
            events.append(delivery.event)
            store.record(delivery, NOON_US)
    assert sorted(events) == ["incident.amended", "incident.created", "violation.confirmed"]


def test_what_becomes_hidden_is_withdrawn_for_who_was_told_of_it_and_says_nothing_new(store: MemoryStore) -> None:
    hook = store.hook()
    told = violation(status="confirmed", depth_m=80.0)
    store.owe(told)
    store.record(store.due()[0], NOON_US)
    hidden = Marking(("GBR",), Label(releasable_to=("GBR",)))
    narrowed = revised(told, marking=hidden, depth_m=500.0, changed_us=NOON_US + SECOND_US)

    written: list[Violation] = []

    def write(event: str, thing: Violation | IncidentVersion) -> Letter:
        assert isinstance(thing, Violation)
        written.append(thing)
        return letter(event, thing)

    outcome = Outcome(seq=2, received_us=NOON_US, changes=(narrowed,))
    store.now(lambda db: outbox.enqueue(db, outcome, store.owner_of, write, NOON_US))

    assert [(it.hook, it.event, it.revision) for it in store.due(NOON_US)] == [(hook.id, "violation.withdrawn", 2)]
    assert [(it.status, it.depth_m, it.marking) for it in written] == [("withdrawn", 80.0, told.marking)]
    assert store.owe(revised(narrowed.after, depth_m=600.0)) == 0
    assert store.owe(revised(narrowed.after, marking=told.marking)) == 1


def test_hidden_versions_of_an_incident_leave_no_trace_in_ids_or_log() -> None:
    hidden = Marking(("GBR",), Label(releasable_to=("GBR",)))
    worlds = MemoryStore(), MemoryStore()
    hook = worlds[0].hook()
    worlds[1].now(lambda connection: add_hook(connection, hook))
    worlds[0].owe(incident())
    worlds[1].owe(incident(marking=hidden))

    worlds[0].owe(incident(version=2, marking=hidden))
    worlds[1].owe(incident(version=2))

    first, second = (world.now(lambda connection: logged(connection, hook.id, None, 10)) for world in worlds)
    assert len(first) == 1
    assert first == second


def test_a_withdrawal_reaches_a_hook_that_was_told_of_the_suspicion(store: MemoryStore) -> None:
    store.hook()
    store.owe(RAISED)
    store.owe(Change(RAISED, msgspec.structs.replace(RAISED, status="withdrawn", revision=2)))

    store.record(store.due()[0], NOON_US)

    assert [delivery.event for delivery in store.due(NOON_US + SECOND_US)] == ["violation.withdrawn"]
