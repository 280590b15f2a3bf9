"""Problems of moving goods and people."""
