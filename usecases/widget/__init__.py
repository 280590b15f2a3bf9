"""The page for rooms where no code is typed: choose, run, and see how good the answer is.

`show()` displays it in a notebook; `usecases widget` serves it as a page of its own.
"""

from __future__ import annotations

from html import escape
from typing import Any

from usecases.errors import UsecasesError
from usecases.handle import run
from usecases.records import RunRecord
from usecases.widget import card, choices

START = "logistics/vehicle_routing"
"""The use case that is open at first, where it is installed."""

MOST_ROWS = 6
"""Runs of one instance that stand beside one another in the table."""

STAGES = {
    "model": "building the model",
    "solve": "solving",
    "reference": "proving the reference",
    "score": "scoring against reference and chance",
}


class Page:
    """Five choices, a button, and what came of them."""

    def __init__(self) -> None:
        import ipywidgets as w

        wide: dict[str, Any] = {
            "style": {"description_width": "86px"},
            "layout": w.Layout(width="auto"),
        }
        known = choices.usecases()
        names = [name for _, name in known]
        self.usecase = w.Dropdown(description="Use case", options=known, **wide)
        self.size = w.Dropdown(description="Size", **wide)
        self.algorithm = w.Dropdown(description="Algorithm", **wide)
        self.backend = w.Dropdown(description="Backend", **wide)
        self.depth = w.BoundedIntText(description="Depth", min=1, max=1, **wide)
        self.about = w.HTML()
        self.button = w.Button(description="Run", button_style="primary", icon="play")
        self.status, self.result, self.picture = w.HTML(), w.HTML(), w.HTML()
        self.runs: dict[tuple[str, str], list[RunRecord]] = {}
        self.usecase.observe(self._usecase_chosen, "value")
        self.algorithm.observe(self._algorithm_chosen, "value")
        self.button.on_click(self._run)
        self.usecase.value = START if START in names else names[0]
        self._usecase_chosen()
        self.box = self._arranged(w)

    def _arranged(self, w: Any) -> Any:
        """Choices at the left and results at the right, or below where the window is narrow."""
        title = '<div class="uc"><h1>Quantum use cases</h1><p class="soft">Choose, run, and see how'
        title += " good the answer is: beside what is proven, and beside chance.</p></div>"
        asked = (self.usecase, self.size, self.algorithm, self.backend, self.depth)
        left = w.VBox(
            [*asked, self.about, self.button, self.status],
            layout=w.Layout(flex="1 1 340px", min_width="300px"),
        )
        right = w.VBox(
            [self.result, self.picture],
            layout=w.Layout(flex="3 1 600px", min_width="300px", overflow="hidden"),
        )
        both = w.HBox([left, right], layout=w.Layout(flex_flow="row wrap", grid_gap="16px"))
        return w.VBox([w.HTML(card.STYLE + title), both], layout=w.Layout(padding="12px"))

    def _usecase_chosen(self, _change: Any = None) -> None:
        _offer(self.size, choices.sizes(self.usecase.value))
        _offer(self.algorithm, choices.algorithms(self.usecase.value))
        self._algorithm_chosen()

    def _algorithm_chosen(self, _change: Any = None) -> None:
        chosen = self.algorithm.value
        if chosen is None:  # between two lists of options
            return
        machines = choices.backends(chosen)
        _offer(self.backend, machines or [("none: it is classical", "")])
        self.backend.disabled = not machines
        layers = choices.depth(chosen)
        self.depth.disabled = layers is None
        usual, most = layers or (1, 1)
        self.depth.max, self.depth.value = most, usual
        words = f"{choices.explained(chosen)}."
        if layers is None:
            words += " It has no depth to choose."
        self.about.value = f'<div class="uc"><p class="soft">{escape(words)}</p></div>'

    def _run(self, _button: Any = None) -> None:
        self.button.disabled = True
        self._say("starting")
        try:
            record = run(
                *(self.usecase.value, self.size.value, self.algorithm.value),
                self.backend.value or None,
                parameters={} if self.depth.disabled else {"layers": self.depth.value},
                progress=lambda stage, calls: self._say(STAGES.get(stage) or stage),
            )
            self._show(record)
        except UsecasesError as error:
            self.result.value, self.picture.value = card.failed(error), ""
        finally:
            self._say("")
            self.button.disabled = False

    def _show(self, record: RunRecord) -> None:
        """The run beside the earlier ones of its instance."""
        same = self.runs.setdefault((record.usecase, record.instance.sha256), [])
        same.append(record)
        del same[:-MOST_ROWS]
        self.result.value = card.told(same)
        self.picture.value = card.picture(record)

    def _say(self, text: str) -> None:
        shown = f'<p class="soft">{escape(text)} …</p>' if text else ""
        self.status.value = f'<div class="uc" role="status">{shown}</div>'


def _offer(dropdown: Any, options: choices.Options) -> None:
    """Offer these options and choose the first."""
    dropdown.options = options
    dropdown.value = options[0][1]


def show() -> Any:
    """The page, to be displayed by a notebook."""
    return Page().box
