"""A running `pubengine serve`, for tests."""
