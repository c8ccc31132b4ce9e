from pathlib import Path

import pytest

from app.store.errors import StoreUnavailable
from app.store.lock import serving_alone


def test_a_second_server_on_a_folder_is_refused_until_the_first_has_ended(tmp_path: Path) -> None:
    with serving_alone(tmp_path / "data"):
        with pytest.raises(StoreUnavailable, match="another server runs"), serving_alone(tmp_path / "data"):
            pass

    with serving_alone(tmp_path / "data"):
        pass
