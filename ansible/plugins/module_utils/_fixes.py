# -*- coding: utf-8 -*-
# SPDX-FileCopyrightText: 2026 the lib-users authors
# SPDX-License-Identifier: MIT

"""The security fixes that a report or a plan names -> the keys of a module. If it is not known that there are none, the list is
None and never empty. The documents' schemas are the source of truth."""

import re

# Folders in which packages have their code. Code elsewhere is somebody's own, and no package fixes it.
# A test holds the expression to the program's.
PLACE_OF_PACKAGES = re.compile(r'/(?:usr/(?!local/)|lib[^/]*/|s?bin/|opt/)')

UNKNOWN = {
    'not_asked': 'the scan was not told to look for security fixes: set fixes: true, or scan with --fixes',
    'nothing_said': 'the report was made without --fixes, or of nothing that it found is known what was fixed since',
    'not_everything_seen': 'not everything on the host was looked at',
    'no_package': 'code that still runs is of no package, or of a container',
    'fixes_unknown': 'of a version that still runs it is not known what was fixed since',
    'fixes_incomplete': 'of some code that still runs it is not known, or not wholly, what was fixed since',
    'list_cut': 'only the newest ids are listed',
}


def known_count(fixes):
    """The number of the ids, or at least so many; None if it is not known that there is none."""
    if not fixes or (fixes['count'] == 0 and not fixes['complete']):
        return None
    return fixes['count']


def kernel_cves(fixes):
    """The ids that only a reboot brings into memory, by a report's kernel or a plan's reboot; None if it is not known that there are none."""
    return None if known_count(fixes) is None else fixes['cves']


def age_of(cve):
    year, number = cve.split('-')[1:]
    return int(year), int(number)


def keys_of(cves, unknown):
    """The ids, and the codes of why there may be more -> the keys. The first code counts."""
    listed = sorted(set(cves), key=age_of, reverse=True)
    because = {'code': unknown[0], 'message': UNKNOWN[unknown[0]]} if unknown else None
    return {'cves': listed if listed or because is None else None, 'cves_unknown_because': because}


def keys_of_report(report):
    packages = report.get('packages')
    if packages is None:
        return keys_of([], ['not_asked'])
    known = [package['fixes'] for package in packages if package['fixes'] is not None]
    found = {
        'not_everything_seen': not shows_everything(report),
        'no_package': has_stray_code(report),
        'fixes_unknown': len(known) < len(packages) or has_unlisted_code(report),
        'fixes_incomplete': not all(fixes['complete'] for fixes in known),
        'list_cut': any(fixes['count'] > len(fixes['cves']) for fixes in known),
    }
    return keys_of([cve for fixes in known for cve in fixes['cves']], [code for code in UNKNOWN if found.get(code)])


def shows_everything(report):
    """Whether the scan saw everything and the report has it: with detail=units it leaves out processes of no unit."""
    listed = {pid for unit in report['units'] for pid in unit['pids']}
    shows_all = report['scan']['detail'] == 'processes' or report['summary']['processes'] <= len(listed)
    return report['scan']['complete'] and shows_all


def code_of(report):
    """The gone code, each file with the unit or the process that uses it."""
    files = [(place, entry) for place in report['units'] for entry in place['files']]
    files += [(process, entry) for process in report['processes'] for entry in process['maps'] + process['fds']]
    return [(place, entry) for place, entry in files if entry['role'] == 'code']


def has_stray_code(report):
    return any(
        PLACE_OF_PACKAGES.match(entry['path']) and (entry['package'] is None or place.get('container') is not None)
        for place, entry in code_of(report)
    )


def has_unlisted_code(report):
    """Whether there is gone code of a package, and no entry of the report's packages is for it."""
    listed = {(package['manager'], package['name']) for package in report['packages']}
    owners = [entry['package'] for place, entry in code_of(report) if place.get('container') is None]
    return any(owner is not None and (owner['manager'], owner['name']) not in listed for owner in owners)


def keys_of_plan(plan, asked):
    """asked: whether this task told the scan to look; None if a report was read, which may have been asked or not."""
    fixes = plan.get('fixes')
    if fixes is None:
        return keys_of([], ['nothing_said' if asked is None else 'fixes_unknown' if asked else 'not_asked'])
    found = {
        'not_everything_seen': not (plan['complete'] and plan['report']['complete']),
        'fixes_incomplete': not fixes['complete'],
        'list_cut': fixes['count'] > len(fixes['cves']),
    }
    return keys_of(fixes['cves'], [code for code in UNKNOWN if found.get(code)])
