"""What is not as it should be."""

import sys

count = 0


def complain(message):
    global count
    count += 1
    print(f"validate: {message}", file=sys.stderr)
