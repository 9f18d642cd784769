"""Shifts the wall clock of a Python program that a test starts, see tests/clock.py.

Python imports this module at start-up when its folder is on PYTHONPATH. A Python without time-machine keeps its clock.
"""

import os
import time

if os.environ.get("TESTS_CLOCK_OFFSET"):
    try:
        import time_machine
    except ImportError:
        pass
    else:
        moment = time.time() + float(os.environ["TESTS_CLOCK_OFFSET"])
        time_machine.travel(moment, tick=True).start()
