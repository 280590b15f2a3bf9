# %% [markdown]
# # The page for the mouse
#
# Run the cell below (Shift and Enter), then choose with the mouse: use case, size, algorithm,
# backend and depth. *Run* shows the answer, how good it is beside what is proven and beside chance,
# and its picture. Everything is computed on this computer; nothing is paid.
#
# `usecases widget` serves the same page without a notebook around it.

# %%
# %matplotlib inline
from usecases.widget import show

show()
