"""One case of the YAML tables -> what the module returned and what the fake CLI was given."""

import copy
import json
import os
import subprocess
import sys

import pytest
import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
REPO = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
DOCUMENTS = os.path.join(REPO, 'test', 'fixtures', 'documents')
MODULES = 'ansible_collections.lib_users.host.plugins.modules.'


def load_cases(name):
    with open(os.path.join(HERE, 'cases', name)) as stream:
        return yaml.safe_load(stream)


def golden(name):
    with open(os.path.join(DOCUMENTS, name + '.json'), encoding='utf-8') as stream:
        return json.load(stream)


def patched(document, patch):
    """A golden document with some values replaced or (removed), each named by its keys with dots between."""
    document = copy.deepcopy(document)
    for path, value in (patch or {}).items():
        *parents, last = path.split('.')
        place = document
        for key in parents:
            place = place[key]
        if value == '(removed)':
            del place[last]
        else:
            place[last] = value
    return document


def answer_of(cli):
    """The output of the fake, as latin-1 text of the bytes."""
    if 'document' in cli:
        return json.dumps(patched(golden(cli['document']), cli.get('patch'))) + '\n'
    return cli.get('out', '').encode('utf-8').decode('latin-1')


def install_fake(folder, cli):
    case = {'argv': cli['argv'], 'rc': cli.get('rc', 0), 'err': cli.get('err', ''), 'sleep': cli.get('sleep', 0)}
    case['out'] = answer_of(cli)[:cli.get('cut')]
    (folder / 'case.json').write_text(json.dumps(case))
    path = folder / 'lib-users'
    with open(os.path.join(HERE, 'fake_cli.py'), encoding='utf-8') as stream:
        path.write_text('#!%s -I\n%s' % (sys.executable, stream.read()))
    path.chmod(0o755)
    return path


def run_module(name, options, environment, check_mode=False, cwd=None):
    arguments = {'ANSIBLE_MODULE_ARGS': dict(options, _ansible_check_mode=check_mode)}
    process = subprocess.run(
        [sys.executable, '-m', MODULES + name],
        input=json.dumps(arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        cwd=cwd,
        universal_newlines=True,
        check=False,
    )
    try:
        return json.loads(process.stdout)
    except ValueError:
        raise AssertionError('no result: %s%s' % (process.stdout, process.stderr))


def module_environment(**changes):
    environment = dict(os.environ, PYTHONPATH=os.environ['ANSIBLE_COLLECTIONS_PATH'], **changes)
    return {name: value for name, value in environment.items() if value is not None}


def given_to(folder):
    path = folder / 'given.json'
    return json.loads(path.read_text()) if path.exists() else None


def warnings_of(result):
    """The texts of the warnings; since ansible-core 2.19 each is wrapped."""
    return [entry if isinstance(entry, str) else entry['event']['msg'] for entry in result.get('warnings', [])]


def skip(reason):
    """In CI a skipped test is a failed one."""
    (pytest.fail if os.environ.get('CI') == 'true' else pytest.skip)(reason)
