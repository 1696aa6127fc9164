"""What is not as it should be."""

import sys

count = 0


def complain(message):
    global count
    count += 1
    print(f"viewers: {message}", file=sys.stderr)


def equal(what, found, wanted):
    """Complains if two values differ, of a list or dictionary with the first difference only."""
    if found == wanted:
        return
    if isinstance(found, dict) and isinstance(wanted, dict):
        keys = [key for key in {**wanted, **found} if found.get(key) != wanted.get(key)]
        found, wanted = [(key, found.get(key)) for key in keys[:3]], [(key, wanted.get(key)) for key in keys[:3]]
        what = f"{what}, {len(keys)} of them"
    elif isinstance(found, list) and isinstance(wanted, list):
        if len(found) != len(wanted):
            what, found, wanted = f"{what}, how many", len(found), len(wanted)
        else:
            found, wanted = next(pair for pair in zip(found, wanted) if pair[0] != pair[1])
    complain(f"{what}: {found}, but dmflow reports {wanted}")


def end(message):
    if count:
        sys.exit(f"viewers: {count} faults")
    print(message)
