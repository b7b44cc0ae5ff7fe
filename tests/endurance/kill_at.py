"""Runs the program, and kills it the nth time that Python changes something in a folder.

    python kill_at.py FOLDER NUMBER pubengine's words…

For machines without strace. Python tells of files and folders (PEP 578), not of single writes; those are
for the slow sweep. Number 0 kills nothing, and says on stderr how many there are.
"""

import os
import signal
import sys

CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.chmod", "sqlite3.connect"}

folder, number = sys.argv[1], int(sys.argv[2])
count = 0


def hook(event: str, arguments: tuple[object, ...]) -> None:
    """Counts, and kills."""
    global count  # noqa: PLW0603 - a hook is one for the life of a process
    if event == "open":
        if not isinstance(arguments[2], int) or not arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            return
    elif event == "ctypes.dlsym":  # the exchange is the only function that is called so
        arguments = (folder,)
    elif event not in CHANGES:
        return
    if any(folder in os.fsdecode(one) for one in arguments if isinstance(one, str | bytes | os.PathLike)):
        count += 1
        if count == number:
            os.kill(os.getpid(), signal.SIGKILL)


from pubengine.cli import main  # noqa: E402 - the hook counts what the program does

sys.addaudithook(hook)
status = main(sys.argv[3:])
if not number:
    print(count, file=sys.stderr)  # noqa: T201 - the test reads it
sys.exit(status)
