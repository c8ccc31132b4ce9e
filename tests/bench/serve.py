"""``cop serve`` on the core that the first argument names, with all threads it starts."""

import os
import sys

if __name__ == "__main__":
    os.sched_setaffinity(0, {int(sys.argv.pop(1))})
    from app.cli import main  # only now: importing starts threads, which stay where they began

    sys.argv.insert(1, "serve")
    main()
