"""The collection's own copies of the schemas' facts, and its documentation, against the schemas and each other."""

import importlib
import json
import os
import re
import sys

import pytest
import yaml
from run_case import REPO, golden

sys.path.insert(0, os.environ['ANSIBLE_COLLECTIONS_PATH'])
PLUGINS = 'ansible_collections.lib_users.host.plugins.'
documents = importlib.import_module(PLUGINS + 'module_utils._documents')
scan = importlib.import_module(PLUGINS + 'module_utils._scan')

PYTHON_TYPES = {'object': dict, 'array': list, 'string': str, 'boolean': bool, 'null': type(None)}
MODULES = {'report_info': 'report', 'plan_info': 'plan', 'drift_info': 'drift', 'fleet_info': 'fleet'}
MORE = {'plan_info': ['failed_since']}
OTHERS = ['cli_archive', 'plan_apply', 'platform_info', 'reboot_info']


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
    assert set(returned[name]['contains']) == set(schema(name)['properties'])
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
    assert set(scan.UNSEEN + scan.USUAL) <= set(schema('report')['$defs']['warning']['properties']['code']['enum'])


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


def names_in(text, patterns):
    return {name for pattern in patterns for name in re.findall(pattern, text)}


def texts_of_plays():
    """The examples that people copy: the modules' examples, the READMEs and the playbooks."""
    texts = [(module, documentation(module).EXAMPLES) for module in sorted(MODULES)]
    for path in ('README.md', 'roles/restart/README.md', 'playbooks/report.yml', 'playbooks/patch.yml'):
        with open(os.path.join(REPO, 'ansible', path), encoding='utf-8') as stream:
            texts.append((path, stream.read()))
    return texts


@pytest.mark.parametrize('place, text', texts_of_plays(), ids=[place for place, _ in texts_of_plays()])
def test_plays_use_what_is_returned(place, text):
    """`lu.x` is a key that a module returns; `item.x` and the attributes that are mapped and selected are an action's or a unit's."""
    returned = set().union(*[yaml.safe_load(documentation(module).RETURN) for module in MODULES])
    assert names_in(text, [r'\b(?:lu|before|after|__report)\.(\w+)']) <= returned
    action, unit = schema('plan')['$defs']['action'], schema('report')['$defs']['unit']
    left = importlib.import_module(PLUGINS + 'module_utils._sentences').left_over(golden('plan')['actions'])
    known = set(action['properties']) | set(unit['properties']) | set(left[0]) | {'inventory_hostname'}
    used = names_in(text, [r'\bitem\.(\w+)', r"attribute='(\w+)'", r"selectattr\('(\w+)'"])
    assert used <= known, used - known


@pytest.mark.parametrize('module', sorted(MODULES) + OTHERS)
def test_examples_use_documented_options(module):
    options = {}
    for name in sorted(MODULES) + OTHERS:
        described = yaml.safe_load(documentation(name).DOCUMENTATION)
        options[name] = set(described.get('options', {}))
        for fragment in described.get('extends_documentation_fragment', []):
            options[name] |= fragment_options(fragment)
    tasks = yaml.safe_load(documentation(module).EXAMPLES)
    used = [(key.split('.')[-1], set(task[key])) for task in tasks for key in task if key.startswith('lib_users.host.') and task[key]]
    assert all(given <= options[name] for name, given in used), used


def fragment_options(name):
    fragments = importlib.import_module('ansible_collections.lib_users.host.plugins.doc_fragments.cli').ModuleDocFragment
    text = getattr(fragments, name.split('.')[3].upper() if name.count('.') == 3 else 'DOCUMENTATION')
    return set(yaml.safe_load(text)['options'])


def test_documented_parts_of_an_action_are_those_of_the_schema():
    returned = yaml.safe_load(documentation('plan_info').RETURN)
    for key, name in (('actions', 'action'), ('user_services', 'user_service')):
        assert set(returned[key]['contains']) == set(schema('plan')['$defs'][name]['properties'])


def test_every_code_of_a_plan_has_words():
    sentences = importlib.import_module(PLUGINS + 'module_utils._sentences')
    definitions = schema('plan')['$defs']
    assert set(definitions['blocked_by']['enum']) <= set(sentences.OBSTACLES)
    assert set(definitions['action_name']['enum']) <= set(sentences.VERBS)
    for reason in definitions['reboot_reason']['oneOf']:
        code = reason['properties']['code']['const']
        example = {key: ['x'] if key == 'packages' else 'x' for key in reason['properties']}
        assert not sentences.sentence(dict(example, code=code)).startswith(code)


def test_modules_return_what_they_document_and_nothing_twice():
    """A module that takes a document apart returns either the parts or the whole document."""
    for module in ('plan_info', 'drift_info'):
        returned = yaml.safe_load(documentation(module).RETURN)
        # A key of one more option is no part of the document.
        whole = [key for key in returned if 'document' in returned[key]['returned']]
        assert [returned[key]['returned'] for key in whole] == ['success and O(document=true)']
        assert [key for key in returned if returned[key]['returned'] != 'success'] == whole + MORE.get(module, [])
        assert set(documentation(module).FLAT_KEYS) <= set(returned)


def test_the_version_is_one():
    with open(os.path.join(REPO, 'package.json'), encoding='utf-8') as stream:
        version = json.load(stream)['version']
    for path, key in (('galaxy.yml', 'version'), ('roles/install/defaults/main.yml', 'install_version')):
        with open(os.path.join(REPO, 'ansible', path), encoding='utf-8') as stream:
            assert yaml.safe_load(stream)[key] == version
