"""A provider that fails in every way providers do, and keeps honest books all the while."""
