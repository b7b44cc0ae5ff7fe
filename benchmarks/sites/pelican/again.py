"""Settings for builds after a change: with what Pelican offers to keep of the build before."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from cold import *  # noqa: F403 - settings are the names of a module

CACHE_CONTENT = True
LOAD_CONTENT_CACHE = True
GZIP_CACHE = False
