"""Starts contenders, lets them go at the same moment, and returns what each says."""

from __future__ import annotations

import json
import subprocess
import sys


def contest(kind: str, url: str, what: str, processes: int = 2) -> list[dict[str, int]]:
    command = [sys.executable, "-m", "tests.stores.contender", kind, url, what]
    running = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(processes)]
    try:
        for one in running:
            assert one.stdout is not None
            assert one.stdout.readline() == "ready\n"
        for one in running:
            assert one.stdin is not None
            one.stdin.write("go\n")
            one.stdin.flush()
        answers = [one.communicate(timeout=60)[0] for one in running]
        assert [one.returncode for one in running] == [0] * processes
        return [json.loads(answer) for answer in answers]
    finally:
        for one in running:
            one.kill()
            one.wait(10)
            for pipe in (one.stdin, one.stdout):
                assert pipe is not None
                pipe.close()
