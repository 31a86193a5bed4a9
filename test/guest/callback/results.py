"""Ansible callback: what every task gave on every host, one JSON object a line, into the file that $PLAY_RESULTS names."""

import json
import os

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: results
type: aggregate
short_description: Results of tasks, one JSON object a line
description: For ansible-play.ts.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = 'aggregate'
    CALLBACK_NAME = 'results'
    CALLBACK_NEEDS_ENABLED = True

    def write(self, **line):
        with open(os.environ['PLAY_RESULTS'], 'a', encoding='utf-8') as stream:
            stream.write(json.dumps(line, default=str) + '\n')

    def task(self, status, result):
        public = hasattr(result, 'result')
        self.write(
            host=(result.host if public else result._host).get_name(),
            task=(result.task if public else result._task).get_name(),
            status=status,
            result=result.result if public else result._result,
        )

    def v2_runner_on_ok(self, result):
        answer = result.result if hasattr(result, 'result') else result._result
        self.task('changed' if answer.get('changed') else 'ok', result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self.task('ignored' if ignore_errors else 'failed', result)

    def v2_runner_on_skipped(self, result):
        self.task('skipped', result)

    def v2_runner_on_unreachable(self, result):
        self.task('unreachable', result)
