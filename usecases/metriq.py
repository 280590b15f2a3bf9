"""Runs as rows of a metriq-gym results file, the JSON that metriq-data collects.

Fields after metriq_gym/exporters/base_exporter.py: app_version, timestamp, suite_id, job_type,
results, runtime_seconds, platform and params; a result with an uncertainty is an object of
`value` and `uncertainty`. metriq-data takes in results of metriq-gym's own benchmarks only, so
these rows are for tools that read the format, not for an upload.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from usecases.records import Interval, RunRecord

METRICS = {
    "optimal_share": "optimal_interval",
    "feasible_share": "feasible_interval",
    "gap": None,
    "lift": None,
    "objective": None,
}
"""What is told of a run, and where its interval stands."""


def as_json(records: Iterable[RunRecord]) -> str:
    """The rows of the runs that used a machine; a classical solver is no platform."""
    rows = [row(record) for record in records if record.backend]
    return json.dumps(rows, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def row(record: RunRecord) -> dict[str, Any]:
    """A run as metriq-gym tells a job."""
    results = {name: _result(record, name) for name in METRICS}
    score = results["optimal_share"] or results["feasible_share"] or results["objective"]
    return {
        "app_version": f"quantum-usecases {record.versions.get('quantum-usecases', '')}".strip(),
        "timestamp": str(record.provenance.get("finished", "")),
        "suite_id": None,
        "job_type": record.usecase,
        "results": {k: v for k, v in results.items() if v} | ({"score": score} if score else {}),
        "runtime_seconds": record.timing.solving,
        "platform": {
            "provider": _provider(record),
            "device": _device(record),
            "device_metadata": {"simulator": record.source == "simulated"},
        },
        "params": {
            "benchmark_name": record.usecase,
            "instance": record.instance.name,
            "instance_sha256": record.instance.sha256,
            "algorithm": record.algorithm,
            "algorithm_parameters": record.parameters,
            "num_qubits": record.qubits,
            "shots": record.shots,
            "seed": record.seed,
        },
    }


def _result(record: RunRecord, name: str) -> dict[str, float | None] | None:
    """A value and half of its 95 % interval over 1.96; None where the run has no such value."""
    value = getattr(record.score, name)
    if value is None:
        return None
    where = METRICS[name]
    interval: Interval | None = getattr(record.score, where) if where else None
    spread = (interval[1] - interval[0]) / (2 * 1.96) if interval else None
    return {"value": value, "uncertainty": record.score.stderr if name == "objective" else spread}


def _provider(record: RunRecord) -> str:
    """The vendor of "vendor/device", else us: a local simulator."""
    vendor, slash, _ = str(record.backend).partition("/")
    return vendor if slash else "local"


def _device(record: RunRecord) -> str:
    """The machine with its settings: noise makes another device of a simulator."""
    name = str(record.backend).rpartition("/")[2]
    noise = record.backend_settings.get("noise")
    return f"{name}_{noise}" if noise else name
