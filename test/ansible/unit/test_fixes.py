"""The security fixes of documents as keys of the modules: exact lists, lists that may lack some, and what is not known."""

import importlib
import os
import re
import sys

import pytest
from run_case import golden

sys.path.insert(0, os.environ['ANSIBLE_COLLECTIONS_PATH'])
fixes = importlib.import_module('ansible_collections.lib_users.host.plugins.module_utils._fixes')

NEW, OLD, OLDEST = 'CVE-2026-100001', 'CVE-2026-9999', 'CVE-2025-11111'


def known(*cves, **more):
    return dict({'count': len(cves), 'cves': list(cves), 'complete': True}, **more)


def package(found):
    return {'name': 'libx', 'manager': 'dpkg', 'fixes': found, 'pids': [571]}


def report(*found, **more):
    """The worked example with one package for each of the fixes; each of its files is of a package."""
    document = golden('report')
    owner = {'name': 'libx', 'manager': 'dpkg', 'version': '2', 'running_version': '1'}
    files = [each for unit in document['units'] for each in unit['files']]
    for each in files + [part for process in document['processes'] for part in process['maps'] + process['fds']]:
        each['package'] = owner
    for process in document['processes']:
        process['container'] = None
    document['units'] = [unit for unit in document['units'] if not unit.get('container')]
    return dict(document, packages=[package(each) for each in found], **more)


def code_of(keys):
    return keys['cves_unknown_because'] and keys['cves_unknown_because']['code']


def test_all_is_known_of_a_report():
    assert fixes.keys_of_report(report(known(OLD, OLDEST), known(NEW, OLD))) == {'cves': [NEW, OLD, OLDEST], 'cves_unknown_because': None}
    assert fixes.keys_of_report(report(known())) == {'cves': [], 'cves_unknown_because': None}
    assert fixes.keys_of_report(report(units=[], processes=[])) == {'cves': [], 'cves_unknown_because': None}


def scan(**more):
    return dict(golden('report')['scan'], **more)


def stray():
    document = report()
    next(each for unit in document['units'] for each in unit['files'] if each['role'] == 'code')['package'] = None
    return document


def test_code_of_nobodys_package_is_fixed_by_none():
    for path in ('/srv/app/own.so', '/usr/local/lib/own.so', '/home/a/lib/own.so'):
        document = report(known(NEW))
        next(each for unit in document['units'] for each in unit['files'] if each['role'] == 'code').update(package=None, path=path)
        assert fixes.keys_of_report(document) == {'cves': [NEW], 'cves_unknown_because': None}


def test_the_folders_of_packages_are_those_of_the_program():
    source = open(os.path.join(os.path.dirname(__file__), '../../../src/path-evidence.ts'), encoding='utf-8').read()
    program = re.search(r'^const placeOfPackages = /\^(.*)/;$', source, re.MULTILINE).group(1)
    assert fixes.PLACE_OF_PACKAGES.pattern == program.replace('\\/', '/')


def in_container():
    document = report()
    process = next(process for process in document['processes'] if any(each['role'] == 'code' for each in process['maps']))
    process['container'] = {'runtime': 'docker'}
    return document


UNKNOWN = {
    'not asked': (dict(report(), packages=None), 'not_asked', None),
    'an earlier report': ({key: each for key, each in report().items() if key != 'packages'}, 'not_asked', None),
    'a package that is not listed': (report(), 'fixes_unknown', None),
    'a version without fixes': (report(None), 'fixes_unknown', None),
    'one of two': (report(None, known(NEW)), 'fixes_unknown', [NEW]),
    'a short changelog without any': (report(known(complete=False)), 'fixes_incomplete', None),
    'a short changelog': (report(known(NEW, complete=False)), 'fixes_incomplete', [NEW]),
    'a list that was cut': (report(known(NEW, count=501)), 'list_cut', [NEW]),
    'not everything seen': (report(known(NEW), scan=scan(complete=False)), 'not_everything_seen', [NEW]),
    'processes of no unit left out': (
        report(scan=scan(detail='units'), processes=[], summary={'processes': 1000}), 'not_everything_seen', None,
    ),
    'a file of no package': (stray(), 'no_package', None),
    'a file in a container': (in_container(), 'no_package', None),
}


@pytest.mark.parametrize('document, code, cves', UNKNOWN.values(), ids=UNKNOWN.keys())
def test_what_is_not_known_of_a_report(document, code, cves):
    keys = fixes.keys_of_report(document)
    assert (keys['cves'], code_of(keys)) == (cves, code)
    assert keys['cves_unknown_because']['message'] == fixes.UNKNOWN[code]


def plan(found, complete=True, **more):
    return dict(golden('plan'), fixes=found and dict(found, packages=[]), complete=complete, report={'complete': complete}, **more)


PLANS = {
    'all': (plan(known(OLD, NEW)), True, None, [NEW, OLD]),
    'none': (plan(known()), True, None, []),
    'of a report that was asked': (plan(known(NEW)), None, None, [NEW]),
    'not asked': (plan(None), False, 'not_asked', None),
    'a report that says nothing': (plan(None), None, 'nothing_said', None),
    'asked, and nothing known': (plan(None), True, 'fixes_unknown', None),
    'at least these': (plan(known(NEW, complete=False)), True, 'fixes_incomplete', [NEW]),
    'at least none': (plan(known(complete=False)), True, 'fixes_incomplete', None),
    'the newest': (plan(known(NEW, count=21)), True, 'list_cut', [NEW]),
    'not everything seen': (plan(known(NEW), complete=False), True, 'not_everything_seen', [NEW]),
    'none, but not everything seen': (plan(known(), complete=False), True, 'not_everything_seen', None),
    'a user who hides': (dict(plan(known()), report={'complete': False}), True, 'not_everything_seen', None),
}


@pytest.mark.parametrize('document, asked, code, cves', PLANS.values(), ids=PLANS.keys())
def test_fixes_of_a_plan(document, asked, code, cves):
    keys = fixes.keys_of_plan(document, asked)
    assert (keys['cves'], code_of(keys)) == (cves, code)


@pytest.mark.parametrize('found, count', [
    (None, None), (known(), 0), (known(complete=False), None), (known(NEW, complete=False), 1), (known(NEW, count=30), 30),
])
def test_number_of_an_action(found, count):
    assert fixes.known_count(found) == count


def test_the_ids_that_only_a_reboot_brings():
    assert fixes.kernel_cves(None) is None
    assert fixes.kernel_cves({'count': 0, 'cves': [], 'complete': False}) is None
    assert fixes.kernel_cves({'count': 0, 'cves': [], 'complete': True}) == []
    assert fixes.kernel_cves({'count': 2, 'cves': [NEW, OLD], 'complete': False}) == [NEW, OLD]
