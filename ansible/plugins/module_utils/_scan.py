# -*- coding: utf-8 -*-
# SPDX-FileCopyrightText: 2026 the lib-users authors
# SPDX-License-Identifier: MIT

"""The parts that the modules share beyond the run itself: options -> the CLI's arguments, and whether a document may be relied
on: not everything seen, or made on another host."""

import os

from ansible_collections.lib_users.host.plugins.module_utils._documents import DocumentError, derive_host_id, parse_document
from ansible_collections.lib_users.host.plugins.module_utils._visible import visible

FROM_REPORT_OPTIONS = dict(
    from_report=dict(type='path'),
    any_host=dict(type='bool', default=False),
)

# Warnings of a report that something was not seen, and not that the scan was narrowed on purpose.
UNSEEN = ('not_everything_seen', 'blocked', 'hidepid')
# The numbers by which processes that were not seen are counted.
OUTCOMES = ('denied', 'failed', 'blocked')
# This holds for every host that has user units. The report says it for those who ask.
USUAL = ('unit_facts_unavailable',)


def messages(report, codes=(), without=()):
    """The report's warnings as sentences: those with one of the codes, or all but some."""
    return [
        warning['message'] for warning in report['warnings']
        if (warning['code'] in codes if codes else warning['code'] not in without)
    ]


def unseen_in_report(path):
    """Why a report on this host is incomplete: empty if it was only narrowed, None if it cannot be read."""
    try:
        with open(path, 'rb') as stream:
            return messages(parse_document(stream.read(), 'report'), UNSEEN)
    except (OSError, DocumentError):
        return None


def repeated(flag, entries):
    return ['--%s=%s' % (flag, entry) for entry in entries or []]


def package_arguments(params):
    return ['--' + flag for flag in ('packages', 'fixes') if params[flag]]


def label_arguments(labels):
    pairs = sorted((labels or {}).items())
    return ['--label=%s=%s' % (key, str(text).lower() if isinstance(text, bool) else text) for key, text in pairs]


def report_arguments(from_report):
    """The report to start from. An absolute path: the CLI runs in /, and - would be its standard input."""
    return [] if from_report is None else [os.path.abspath(from_report)]


def unseen_users(report):
    """The entries of scan.unseen if ordinary users own all processes that were not seen, else none. As onlyUsersUnseen() of the
    CLI, but that a report of some units alone is narrowed on purpose."""
    owners, counts = report['scan'].get('unseen') or [], report['scan']['processes']
    missed = sum(counts.get(outcome, 0) for outcome in OUTCOMES)
    named = sum(owner[outcome] for owner in owners for outcome in OUTCOMES)
    is_all = 0 < named == missed and not messages(report, ('hidepid',))
    return owners if is_all and all(owner['kind'] == 'user' for owner in owners) else []


def require_seen(module, seen, why, result):
    """Fails if the host was not seen wholly, unless allow_incomplete: a process that was not seen could be affected."""
    if seen or module.params['allow_incomplete']:
        return
    said = ': ' + visible('; '.join(why)) if why else ''
    cause = 'the task does not run as root: use become: true'
    if module.params.get('from_report') is not None:
        cause = 'the report was made without become: true, of some units only, or with detail: units, which leaves out ' \
            'processes in no unit'
    elif os.geteuid() == 0:
        cause = 'a container or a security policy keeps processes even from root'
    module.fail_json(
        msg='Not everything on this host could be seen%s, so nothing can be said about the rest. Likely cause: %s. '
        'To do with what could be seen, set allow_incomplete: true' % (said, cause),
        **result
    )


def require_own_host(module, host):
    """Fails if a report was made on another host, unless any_host; warns if it is from before the last boot."""
    if module.params['from_report'] is None or module.params['any_host']:
        return
    own = own_host_id()
    same = host.get('id') == own if own is not None else host.get('hostname') == os.uname().nodename
    if not same:
        module.fail_json(
            msg='%s was made on another host, %s, and not on this one, %s. To use it here all the same, set any_host: true'
            % (module.params['from_report'], visible(str(host.get('hostname'))), os.uname().nodename)
        )
    boot_id = read_line('/proc/sys/kernel/random/boot_id')
    if boot_id is not None and host.get('boot_id') != boot_id:
        module.warn('%s was made before this host was last booted' % module.params['from_report'])


def own_host_id():
    text = read_line('/etc/machine-id')
    return derive_host_id((read_line('/var/lib/dbus/machine-id') or '') if text is None else text)


def read_line(path):
    try:
        with open(path) as stream:
            return stream.readline().strip()
    except (OSError, ValueError):
        return None
