"""`python -m radioloom`: the program `radioloom` of this Python."""

import sys

from radioloom.cli import main

if __name__ == "__main__":
    sys.exit(main())
