"""`python -m rosey` is the command `rosey`."""

import sys

from rosey.cli import main

sys.exit(main())
