"""Serve from a JSON configuration given as a path: what runs under the tracer."""

import json
import sys
from pathlib import Path

from hoede.app import build, serve
from hoede.config import parse_config
from hoede.logs import start_logs

start_logs(level="critical")
serve(build(parse_config(json.loads(Path(sys.argv[1]).read_text()))))
