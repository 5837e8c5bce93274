"""Runs one built-in tool once; see one_run.py. Short, because the interpreter compiles the first file anew for each run."""
import sys

sys.path.insert(0, __file__.rpartition("/")[0])

import one_run  # noqa: E402

one_run.main()
