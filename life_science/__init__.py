"""Problems of chemistry, biology and medicine."""
