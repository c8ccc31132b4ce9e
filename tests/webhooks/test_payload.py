import json
from typing import Any

from app.model.incident import IncidentVersion
from app.model.label import Label, Marking
from app.model.violation import Violation
from app.webhooks.payload import LetterWriter
from tests.builders import incident, violation


def violation_json(shown: Violation) -> dict[str, Any]:
    judged = {"state": "verified", "by": "ana", "at": None, "note": "seen from the post"}
    return {"id": shown.id, "status": shown.status, "assessment": judged}


def incident_json(shown: IncidentVersion) -> dict[str, Any]:
    return {"id": "i_sealed", "title": shown.title}


write = LetterWriter(violation_json, incident_json, "https://cop.test/")


def test_a_violation_is_told_as_rest_shows_it_with_type_time_label_and_url() -> None:
    secret = Marking(("ARG",), Label("confidential", ("ARG", "HQ"), ("NO_EXPORT",)))

    letter = write("violation.confirmed", violation(status="confirmed", revision=3, marking=secret))

    assert (letter.object_id, letter.revision) == ("v_1", 3)
    assert json.loads(letter.body) == {
        "type": "violation.confirmed",
        "timestamp": "2026-09-23T12:00:00Z",
        "data": {
            "id": "v_1",
            "status": "confirmed",
            "assessment": {"state": "verified", "at": None},
            "label": {"classification": "confidential", "releasable_to": ["ARG", "HQ"], "caveats": ["NO_EXPORT"]},
            "url": "https://cop.test/api/v1/violations/v_1",
        },
    }


def test_an_officers_name_and_words_stay_inside() -> None:
    assert b"ana" not in write("violation.changed", violation()).body
    assert b"seen from" not in write("violation.changed", violation()).body


def test_an_incident_is_told_under_its_public_id() -> None:
    letter = write("incident.amended", incident(version=2))

    told = json.loads(letter.body)
    assert (letter.object_id, letter.revision) == ("i_sealed", 2)
    assert told["type"] == "incident.amended"
    assert told["data"]["title"] == "Two shots"
    assert told["data"]["url"] == "https://cop.test/api/v1/incidents/i_sealed"


def test_the_same_news_is_written_in_the_same_bytes() -> None:
    assert write("violation.suspected", violation()) == write("violation.suspected", violation())
