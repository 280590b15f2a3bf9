"""Statistics of comparisons: each with its formula, its interval and where it comes from.

They know numbers only. What was not solved is infinite and never left out.
"""
