"""Problems of the power system."""
