"""The tables in cases/: options -> argument vector and standard input; exit code, stdout and stderr -> result."""

import json
import os

import pytest
from run_case import given_to, install_fake, load_cases, module_environment, run_module, warnings_of

TABLES = {name[:-4]: load_cases(name) for name in sorted(os.listdir(os.path.join(os.path.dirname(__file__), 'cases')))}
RUNS = [
    pytest.param(case, check_mode, id='%s: %s%s' % (module, case['name'], ', in check mode' if check_mode else ''))
    for module, cases in TABLES.items()
    for number, case in enumerate(cases)
    for check_mode in ([False, True] if number == 0 else [False])
]


@pytest.mark.parametrize('case, check_mode', RUNS)
def test_case(case, check_mode, tmp_path):
    cli = case.get('cli')
    options = dict(case.get('options', {}))
    path = install_fake(tmp_path, cli or {'argv': []})
    options.setdefault('executable', str(path))
    result = run_module(case['module'], options, module_environment(), check_mode)

    given = given_to(tmp_path)
    if cli is None:
        assert given is None, 'the CLI was called'
    else:
        assert given['argv'] == cli['argv'], result.get('msg')
        assert given['stdin'] == ('' if 'stdin' not in cli else given['stdin'])
        if 'stdin' in cli:
            assert json.loads(given['stdin']) == cli['stdin']
    expected = case['expect']
    assert result.get('changed', False) is False
    assert result.get('failed', False) is expected.get('failed', False), result.get('msg')
    for text in expected.get('msg', []):
        assert text in result['msg']
    assert warnings_of(result) == expected.get('warnings', [])
    for key, value in expected.get('result', {}).items():
        assert result[key] == value, key
    for key in expected.get('keys', []):
        assert key in result
    for key in expected.get('absent', []):
        assert key not in result
