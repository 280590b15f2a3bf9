"""docs/backends.md: the vendors there are, as their files tell.

python benchmarks/backends.py   write the page
"""

from __future__ import annotations

from pathlib import Path

from usecases.vendors.catalogue import Vendor, vendors

PAGE = Path(__file__).resolve().parent.parent / "docs" / "backends.md"


def main() -> None:
    """Writes the page."""
    PAGE.write_text(render(), "utf-8")


def render() -> str:
    """The page."""
    rows = "\n".join(_row(of) for of in vendors().values())
    return f"""# Machines of vendors

A machine is named VENDOR/DEVICE wherever a backend is asked for:

```
usecases run vehicle_routing -b ibm/fake_guadalupe --shots 200
usecases compare ground_state -a vqe -b aer,ibm/fake_manila,iqm/fake_adonis --shots 500
```

Names that begin like a vendor's twins answer on this computer, offline and free, and are never
shown as hardware. All others are machines of a cloud: work is written down before it is sent,
carries a tag by which it is looked up, and is refused where its price is unknown or above
`--max-cost`. What became of the three first problems on every twin: [twins](twins.md).

Vendors' packages cannot be installed together, so each has an environment of its own:

```
usecases backends                 what is installed, twins, credentials, price basis, queues
usecases backends add iqm         make a vendor's environment from its pinned list
usecases backends remove iqm      delete it
usecases backends check iqm/fake_adonis
```

Environments are in the folder `vendors` of your data, or in `USECASES_VENDORS`. Nothing is asked
of a network until a machine of a cloud is used; only the list of vendors asks those whose
credentials are set for their queues. Each SDK was tested in a range of versions, of which one is
pinned; what was tried and what did not hold is [told of each](vendors.md#versions-of-the-packages).

A program of more circuits than a cloud takes at once becomes several jobs: each is written down,
tagged and paid on its own, all are sent before the first is waited for, and none is sent where all
together would pass a cap.

Twins that are Aer with a model of noise tell it: `-b "aer noise=iqm/fake_adonis"` and
`-b "aer noise=aqt/offline_noisy"` run our Aer with that model and those couplings, built once. The
model comes as plain data, is checked, and its twin stays beside it in [GHZ fidelities](ghz.md).

| vendor | pinned | tested | work | twins | machines | credentials | price |
|---|---|---|---|---|---|---|---|
{rows}

Credentials are read from the environment, else from a keyring, else from the secrets file of mode
0600. A vendor's process is handed its own and no other's.

## Adding a vendor

One file and one list beside it, in `usecases/sdks`, or in a folder of your own package that
declares it as entry point in the group `usecases.vendors`:

```
[project.entry-points."usecases.vendors"]
mine = "my_package.vendors"
```

The list names versions, the SDK's first; its first line may be `# tested: 1.0.0 to 1.1.1`, the
range of the SDK that was tried.

The file begins with literals, which are read without running it: `TITLE`, `WORK` ("circuits" or
"model"), `PACKAGE` (the import that shows that it is installed), `TWIN` (how names of twins
begin), `EXAMPLES`, `CREDENTIALS`, `VARIABLES` (others that it reads), `PRICE`. It declares
`open(device, settings)`, which gives an `Adapter`; its methods, what work and results are, and
`QiskitTwin` for machines with Qiskit's interface, are in `usecases/sdks/adapter.py`. With
`tabled(device)` a dry run tells the price of a dated table before credentials are set. The file
runs where this package is not installed: it imports the standard library, its vendor's packages
and `adapter`. Errors are told as `Told(kind, what)`: "Refused" says that nothing was taken,
"Unreachable" that it may have been.

`usecases backends check VENDOR/DEVICE` runs circuits with known answers (permuted bits, partial
measurement, bits never measured, two registers, several circuits at once), compares seeds, looks a
job up by its tag and changes every recorded setting.
"""


def _row(of: Vendor) -> str:
    twins = [f"`{of.name}/{device}`" for device in of.examples if of.is_twin(device)]
    clouds = [f"`{of.name}/{device}`" for device in of.examples if not of.is_twin(device)]
    cells = [
        of.title,
        f"`{of.pins[0]}`",
        str(of.tested),
        of.work,
        "<br>".join(twins) or "–",
        "<br>".join(clouds) or "–",
        "<br>".join(f"`{name}`" for name in of.credentials) or "–",
        of.price,
    ]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
