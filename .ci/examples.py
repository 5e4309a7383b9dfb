"""Run examples one after the other: their names and arguments come line by line, and TensorFlow is loaded once."""

import runpy
import shlex
import sys
import time
import traceback

failed = []
sys.path[0] = "examples"  # as for a script of its own
for line in sys.stdin:
    name, *arguments = shlex.split(line)
    print(f"\n$ python examples/{shlex.join([name, *arguments])}", flush=True)
    sys.argv = [name, *arguments]
    started = time.monotonic()
    try:
        runpy.run_path(f"examples/{name}", run_name="__main__")
    except Exception:
        traceback.print_exc()
        failed.append(name)
    print(f"# {time.monotonic() - started:.0f} s", flush=True)
sys.exit(f"FAILED: {', '.join(failed)}" if failed else 0)
