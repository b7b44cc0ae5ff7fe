"""pubengine: a plugin-based static publishing engine for people who write."""

__version__ = "0.1.0"
