"""The sandbox: use case × algorithm × backend → run record."""
