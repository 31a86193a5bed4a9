"""The collection's own copies of what the schemas say, and its documentation, against the schemas and each other."""

import importlib
import json
import os
import sys

import pytest
import yaml
from run_case import REPO, golden

sys.path.insert(0, os.environ['ANSIBLE_COLLECTIONS_PATH'])
PLUGINS = 'ansible_collections.lib_users.host.plugins.'
documents = importlib.import_module(PLUGINS + 'module_utils._documents')
scan = importlib.import_module(PLUGINS + 'module_utils._scan')

PYTHON_TYPES = {'object': dict, 'array': list, 'string': str, 'boolean': bool, 'null': type(None)}
MODULES = {'report_info': 'report', 'plan_info': 'plan', 'drift_info': 'drift'}


def schema(name):
    with open(os.path.join(REPO, 'schema', name + '.schema.json'), encoding='utf-8') as stream:
        return json.load(stream)


def types_of(part, root):
    """The Python types that a part of a schema allows."""
    if '$ref' in part:
        place = root
        for key in part['$ref'].lstrip('#/').split('/'):
            place = place[key]
        return types_of(place, root)
    if 'anyOf' in part:
        return set().union(*[types_of(choice, root) for choice in part['anyOf']])
    if 'const' in part or 'enum' in part:
        return {type(value) for value in part.get('enum', [part.get('const')])}
    types = part['type'] if isinstance(part['type'], list) else [part['type']]
    return {PYTHON_TYPES[name] for name in types}


@pytest.mark.parametrize('name', sorted(documents.REQUIRED))
def test_required_keys_are_those_of_the_schema(name):
    root = schema(name)
    assert set(documents.REQUIRED[name]) == set(root['required'])
    for key, types in documents.REQUIRED[name].items():
        expected = types if isinstance(types, tuple) else (types,)
        assert types_of(root['properties'][key], root) == set(expected), key


@pytest.mark.parametrize('name', sorted(documents.REQUIRED))
def test_golden_document_is_accepted(name):
    raw = json.dumps(golden(name)).encode('utf-8')
    assert documents.parse_document(raw, name) == golden(name)


def documentation(module):
    return importlib.import_module(PLUGINS + 'modules.' + module)


@pytest.mark.parametrize('module, name', sorted(MODULES.items()))
def test_return_documents_every_key(module, name):
    returned = yaml.safe_load(documentation(module).RETURN)
    assert set(returned[name]['contains']) == set(schema(name)['required'])
    for key, types in documents.REQUIRED[name].items():
        first = types[0] if isinstance(types, tuple) else types
        assert returned[name]['contains'][key]['type'] == {bool: 'bool', str: 'str', list: 'list', dict: 'dict'}[first], key


def test_policy_options_are_those_of_the_schema():
    rule = schema('config')['$defs']['policy_rule']
    options = yaml.safe_load(documentation('plan_info').DOCUMENTATION)['options']['policy']['suboptions']
    assert set(options) == set(rule['properties'])
    assert options['action']['choices'] == rule['properties']['action']['enum']
    assert sorted(key for key in options if options[key].get('required')) == sorted(rule['required'])


def test_roles_are_those_of_the_schema():
    options = yaml.safe_load(documentation('drift_info').DOCUMENTATION)['options']
    assert options['roles']['choices'] == schema('config')['properties']['check']['properties']['roles']['items']['enum']


def test_warning_codes_are_those_of_the_schema():
    assert set(scan.UNSEEN) <= set(schema('report')['$defs']['warning']['properties']['code']['enum'])


@pytest.mark.parametrize('machine_id, host_id', [
    # Computed with Node, as the CLI does it.
    ('0123456789abcdef0123456789ABCDEF\n', '50eb269fa78428bbc6cfa2eb26160454'),
    ('', None),
    ('uninitialized', None),
    ('0' * 32, None),
    ('0123456789abcdef0123456789abcde', None),
], ids=['id', 'empty', 'uninitialized', 'zero', 'short'])
def test_host_id(machine_id, host_id):
    assert documents.derive_host_id(machine_id) == host_id


class Failed(Exception):
    pass


class Module:
    """As much of AnsibleModule as require_seen() uses."""

    params = {'allow_incomplete': False}

    def fail_json(self, msg, **_):
        raise Failed(msg)


@pytest.mark.parametrize('uid, said', [(1000, 'use become: true'), (0, 'even from root')])
def test_incomplete_says_what_to_do(uid, said, monkeypatch):
    monkeypatch.setattr(os, 'geteuid', lambda: uid)
    with pytest.raises(Failed, match=said):
        scan.require_seen(Module(), False, [], {})


def test_lone_surrogates_are_named():
    with pytest.raises(documents.DocumentError) as caught:
        documents.parse_document(json.dumps(dict(golden('plan'), services=['a', '\udc80'])).encode('ascii'), 'plan')
    assert '/services/1' in str(caught.value)
