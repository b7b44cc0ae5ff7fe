"""Measures pubengine beside other engines; README.md says how and what."""
