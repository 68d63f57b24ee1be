"""Every fault of the line at every call of a report: it is finished once, with its file once."""

from collections.abc import Iterator

import pytest

from hoede.bench.crash.network import FAULTS, Network, network
from hoede.bench.crash.proxy import Line


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    with network(tmp_path_factory.mktemp("network")) as made:
        yield made


@pytest.mark.parametrize(("endpoint", "fault"), FAULTS)
def test_a_report_is_finished_once_over_a_line_that_breaks(line: Network, endpoint: str, fault: Line) -> None:
    assert line.file(endpoint, fault) == []
