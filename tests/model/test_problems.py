"""The catalogue of problems and its page in the documentation."""

import re
from pathlib import Path

from app.model.problems import FLAGS, PROBLEMS, REJECTS, Problem

PAGE = Path(__file__).parents[2] / "docs" / "guides" / "errors.md"


def rows_of(section: str) -> dict[str, tuple[str, ...]]:
    text = PAGE.read_text().split(f"## {section}\n")[1].split("\n## ")[0]
    rows = [re.split(r" \| ", line.strip("| ")) for line in text.splitlines() if line.startswith("| `")]
    return {row[0].strip("`"): tuple(row[1:]) for row in rows}


def test_the_documentation_lists_every_problem_with_status_and_meaning() -> None:
    assert rows_of("Requests") == {code: (str(kind.status), kind.meaning) for code, kind in PROBLEMS.items()}


def test_the_documentation_lists_every_reject_and_flag() -> None:
    assert rows_of("Items") == {code: (meaning,) for code, meaning in REJECTS.items()}
    assert rows_of("Flags") == {code: (meaning,) for code, meaning in FLAGS.items()}


def test_a_problem_document_has_the_members_of_rfc_9457_and_its_code() -> None:
    document = Problem("too_large", field="label", extra={"rejected": []}).document()

    assert document == {
        "type": "urn:accord:problem:too_large",
        "title": "Too large",
        "status": 413,
        "code": "too_large",
        "detail": PROBLEMS["too_large"].meaning,
        "field": "label",
        "rejected": [],
    }
