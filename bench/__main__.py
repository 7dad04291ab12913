"""`python -m bench`: hands over to the command line in `bench.cli`. Nothing else lives here."""

import sys

from bench.cli import main

sys.exit(main())
