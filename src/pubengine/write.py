"""Pages to the output folder: the only module that touches it.

A new tree is made beside the folder, what has not changed is hard-linked into it, and the two are
exchanged by one rename. So the folder is wholly the old site or wholly the new one. Its manifest
says which files are ours; nothing else is ever overwritten or deleted.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import stat
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from msgspec import Struct

from pubengine.diagnostics import Diagnostic, error
from pubengine.errors import OutputError
from pubengine.exchange import exchange
from pubengine.paths import Paths
from pubengine.permalinks import MANIFEST, problem_with_output

_FORMAT = 1


class Written(Struct, frozen=True):
    """What publishing changed."""

    new: tuple[str, ...]
    updated: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int


class Staging:
    """A new output tree in the making. Leaving the `with` block without `publish` throws it away."""

    def __init__(self, paths: Paths, site_id: str = "") -> None:
        self._output = paths.output
        self._site = site_id
        try:
            self._output.parent.mkdir(parents=True, exist_ok=True)
            _remove_leftovers(self._output)
        except OSError as problem:
            raise _refused(problem, self._output) from None
        owner, self._old = _read_manifest(paths.output)
        if owner and site_id and owner != site_id:
            message = f"{self._output} holds another site, whose id is {owner!r}"
            raise OutputError(error("output-foreign", message, hint="name another folder with --output, or delete it"))
        _refuse_foreign(paths.output, self._old)
        self._new: dict[str, str] = {}
        self._folders: set[Path] = set()
        self._updated: list[str] = []
        try:
            prefix = f".{self._output.name}.pubengine-{os.getpid()}-"
            self._stage = Path(tempfile.mkdtemp(prefix=prefix, dir=self._output.parent))
            self._stage.chmod(_mode_of(self._output))
        except OSError as problem:
            raise _refused(problem, self._output) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self._stage, ignore_errors=True)

    def add(self, path: str, data: bytes) -> None:
        """Puts a file of the new site in place. Raises OutputError."""
        self._add(path, hashlib.blake2b(data, digest_size=16).hexdigest(), data, None)

    def copy(self, path: str, source: Path) -> None:
        """Puts a copy of a file in place. Raises OutputError."""
        try:
            with source.open("rb") as file:
                digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
        except OSError as problem:
            raise _refused(problem, source) from None
        self._add(path, digest, None, source)

    def _add(self, path: str, digest: str, data: bytes | None, source: Path | None) -> None:
        if why := problem_with_output(path):
            raise OutputError(error("output-failed", f"{path!r} cannot be written: {why}"))
        target, current = self._stage / path, self._output / path
        try:
            if target.parent not in self._folders:
                target.parent.mkdir(parents=True, exist_ok=True)
                self._folders.add(target.parent)
            if self._old.get(path) == digest and _holds(current, digest):
                _link(current, target)
            else:
                if data is not None:
                    target.write_bytes(data)
                elif source is not None:
                    shutil.copyfile(source, target)
                if path in self._old:
                    self._updated.append(path)
        except OSError as problem:
            raise _refused(problem, current) from None
        self._new[path] = digest

    def publish(self) -> Written:
        """Exchanges the trees: from here on the folder is the new site. Raises OutputError, the old one staying."""
        try:
            manifest = {"format": _FORMAT, "site": self._site, "files": dict(sorted(self._new.items()))}
            (self._stage / MANIFEST).write_text(json.dumps(manifest, indent=0, ensure_ascii=False) + "\n", "utf-8")
            self._output.mkdir(exist_ok=True)
            if _read_manifest(self._output)[1] != self._old:
                message = f"another build published to {self._output} meanwhile"
                raise OutputError(error("output-changed", message, hint="build again"))
            _refuse_foreign(self._output, self._old)
            exchange(self._stage, self._output)
            self._keep_latecomers()
        except OSError as problem:
            raise _refused(problem, self._output) from None
        new = tuple(sorted(self._new.keys() - self._old.keys()))
        removed = tuple(sorted(self._old.keys() - self._new.keys()))
        unchanged = len(self._new) - len(new) - len(self._updated)
        return Written(new, tuple(sorted(self._updated)), removed, unchanged)

    def _keep_latecomers(self) -> None:
        """Moves what somebody put into the old tree at the last moment over into the new one."""
        for path in _foreign(self._stage, self._old):
            target = self._output / path
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                os.rename(self._stage / path, target)


def _mode_of(output: Path) -> int:
    """The permissions of the output folder, or those that a new folder gets."""
    try:
        return stat.S_IMODE(output.stat().st_mode)
    except FileNotFoundError:
        return 0o777 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _link(current: Path, target: Path) -> None:
    try:
        os.link(current, target)
    except OSError:
        shutil.copy2(current, target)


def _holds(path: Path, digest: str) -> bool:
    """Whether a file still has the bytes that we wrote."""
    try:
        if path.is_symlink():
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest() == digest
    except OSError:
        return False


def _read_manifest(output: Path) -> tuple[str, dict[str, str]]:
    """The id of the site whose output it is, and hashes of the files that we wrote, by path; empty if we did not."""
    try:
        manifest = json.loads((output / MANIFEST).read_text("utf-8"))
        files = manifest["files"] if manifest["format"] == _FORMAT else {}
        return str(manifest.get("site", "")), {str(path): str(digest) for path, digest in files.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "", {}


def _foreign(output: Path, ours: dict[str, str]) -> list[str]:
    """Paths of whatever is in the output folder that we did not write."""
    found = []
    for folder, folders, names in os.walk(output):
        inside = Path(folder).relative_to(output)
        for name in [*names, *(name for name in folders if (Path(folder) / name).is_symlink())]:
            path = (inside / name).as_posix()
            if path not in ours and path != MANIFEST:
                found.append(path)
    return sorted(found)


def _refuse_foreign(output: Path, ours: dict[str, str]) -> None:
    """Raises OutputError if the folder holds anything that we did not write: it would be lost."""
    if not os.path.lexists(output):
        return
    if not output.is_dir():
        raise OutputError(error("output-foreign", f"the output {output} is not a folder"))
    if foreign := _foreign(output, ours):
        shown = ", ".join(foreign[:3]) + (f" and {len(foreign) - 3} more" if len(foreign) > 3 else "")
        hint = "move them away (under content/ they are published as they are), or name another folder with --output"
        message = f"{output} holds files that pubengine did not write: {shown}"
        raise OutputError(error("output-foreign", message, hint=hint))


def _remove_leftovers(output: Path) -> None:
    """Removes trees that builds left behind whose process is gone."""
    prefix = f".{output.name}.pubengine-"
    for leftover in output.parent.iterdir():
        pid = leftover.name.removeprefix(prefix).partition("-")[0] if leftover.name.startswith(prefix) else ""
        if pid.isdigit() and not _alive(int(pid)):
            if leftover.suffix == ".aside" and not os.path.lexists(output):
                os.rename(leftover, output)  # a build died between the two renames of an exchange
            else:
                shutil.rmtree(leftover, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True


_HINTS = {
    errno.ENOSPC: "free some space and build again",
    errno.EDQUOT: "free some space and build again",
    errno.EMFILE: "raise the limit on open files (ulimit -n)",
    errno.EBUSY: "the output folder is a mount point, which cannot be exchanged; name a folder below it",
    errno.EXDEV: "the output folder is a mount point, which cannot be exchanged; name a folder below it",
    errno.EROFS: "name an output folder that can be written to",
    errno.EACCES: "name an output folder that can be written to, and whose parent can",
}


def _refused(problem: OSError, path: Path) -> OutputError:
    what = problem.strerror or str(problem)
    place = problem.filename if isinstance(problem.filename, str) else str(path)
    hint = _HINTS.get(problem.errno or 0, "")
    return OutputError(
        Diagnostic("output-failed", "error", f"{place}: {what}; the published site is as it was", hint=hint)
    )
