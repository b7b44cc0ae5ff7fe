"""Lets `python -m pubengine` do what the `pubengine` command does."""

from pubengine.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
