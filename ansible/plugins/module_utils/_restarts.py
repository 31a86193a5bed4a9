# -*- coding: utf-8 -*-
# SPDX-FileCopyrightText: 2026 the lib-users authors
# SPDX-License-Identifier: MIT

"""The record of what was restarted last in this boot: a small file below /run that only root can write and read. With it the
next run knows that a unit which is failed now was restarted by us, though nothing is stale any more once nothing runs."""

import json
import os
import tempfile

from ansible_collections.lib_users.host.plugins.module_utils._systemd import show

RECORD = '/run/lib-users/restarted.json'
# The key of a state -> systemd's property.
PROPERTIES = {
    'active': 'ActiveState', 'sub': 'SubState', 'result': 'Result', 'load': 'LoadState', 'type': 'Type', 'remains': 'RemainAfterExit',
    'condition': 'ConditionResult', 'checked': 'ConditionTimestampMonotonic', 'job': 'Job',
}


def read_record(path):
    """-> a list of {unit, uid}. A record that cannot be read is none."""
    try:
        with open(path, 'rb') as stream:
            entries = json.loads(stream.read().decode('utf-8'))['units']
        return [
            {'unit': str(entry['unit']), 'uid': None if entry['uid'] is None else int(entry['uid'])} for entry in entries
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def write_record(path, entries):
    folder = os.path.dirname(path)
    if not os.path.isdir(folder):
        os.makedirs(folder, 0o700)
    handle, temporary = tempfile.mkstemp(dir=folder)
    with os.fdopen(handle, 'w') as stream:
        json.dump({'units': entries}, stream)
    os.rename(temporary, path)


def states(entries):
    """[{unit, uid}] -> the same with the keys of PROPERTIES, or with None in their place if systemd does not say."""
    answers = []
    for uid in sorted({entry['uid'] for entry in entries}, key=lambda uid: (uid is not None, uid or 0)):
        mine = [entry for entry in entries if entry['uid'] == uid]
        blocks = show(uid, [entry['unit'] for entry in mine], sorted(PROPERTIES.values()))
        if blocks is None or len(blocks) != len(mine):
            blocks = [{}] * len(mine)
        answers += [
            dict(entry, **{key: block.get(name) for key, name in PROPERTIES.items()})
            for entry, block in zip(mine, blocks)
        ]
    return answers


def is_failed(state):
    """Failed, or begun again and again."""
    return state['active'] == 'failed' or (state['active'] == 'activating' and state['sub'] == 'auto-restart')


def failed_since(entries):
    """The units of the record that are failed now, each with its state."""
    return [state for state in states(entries) if is_failed(state)]
