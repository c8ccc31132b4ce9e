from tools import make_cyprus, make_cyprus_demo
from tools.make_cyprus import Ground
from tools.topology import World


def test_the_cyprus_mission_and_its_demo_are_what_their_programs_write() -> None:
    ground = Ground(World())

    assert make_cyprus.TARGET.read_text() == make_cyprus.cyprus_mission(ground)
    assert make_cyprus_demo.TARGET.read_text() == make_cyprus_demo.cyprus_demo(ground)
