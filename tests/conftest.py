from pubengine.testing import site

__all__ = ["site"]
