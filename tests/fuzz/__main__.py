"""Long runs of the property tests: `python -m tests.fuzz archives --count 10000`."""

import argparse
import sys

from tests.fuzz import archives

FUZZERS = {"archives": archives.fuzz}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("fuzzer", choices=FUZZERS)
    parser.add_argument("--count", type=int, default=1_000)
    asked = parser.parse_args()
    outcomes = FUZZERS[asked.fuzzer](asked.count)
    print(f"{asked.fuzzer}: " + ", ".join(f"{count:,} {name}" for name, count in outcomes.items()))
    return 1 if outcomes["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
