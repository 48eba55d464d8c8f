"""A worker forked from a process that has preloaded, as Airflow's are: works, then prints what it still had to import."""

import json
import os
import sys

from streak_netsuite.preload import preload

preload(["airflow", "scheduler"])
known = set(sys.modules)
if (child := os.fork()) == 0:
    from dying_worker import main

    main()
    sys.stdout.write(json.dumps(sorted(set(sys.modules) - known)))
    sys.stdout.flush()
    os._exit(0)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
