"""Problems of a town hall."""
