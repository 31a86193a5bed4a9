# -*- coding: utf-8 -*-
# SPDX-FileCopyrightText: 2026 the lib-users authors
# SPDX-License-Identifier: MIT

"""The output of the CLI -> a document that plays can rely on. The source of truth is the CLI's JSON schemas; a test
compares the table below with them."""

import hashlib
import hmac
import json
import re

SCHEMA_MAJOR = 1

# The keys that every document of a kind has, with what json.loads makes of them.
REQUIRED = {
    'report': {
        'kind': str, 'schema_version': str, 'tool': dict, 'generated_at': str, 'host': dict, 'scan': dict,
        'summary': dict, 'units': list, 'processes': list, 'warnings': list,
    },
    'plan': {
        'kind': str, 'schema_version': str, 'tool': dict, 'generated_at': str, 'host': dict, 'report': dict,
        'complete': bool, 'services': list, 'reload_services': list, 'user_services': list, 'daemon_reexec': bool,
        'reboot': dict, 'actions': list, 'ignored': list,
    },
    'drift': {
        'kind': str, 'schema_version': str, 'tool': dict, 'generated_at': str, 'host': dict,
        'baseline': (dict, type(None)), 'report': dict, 'fail_on': str, 'verdict': str, 'counts': dict,
        'findings': list, 'resolved': list, 'unseen': list,
    },
    'fleet': {
        'kind': str, 'schema_version': str, 'tool': dict, 'generated_at': str, 'summary': dict, 'hosts': list,
        'units': list, 'files': list, 'unreadable_inputs': list,
    },
    'error': {'kind': str, 'schema_version': str, 'tool': dict, 'generated_at': str, 'error': dict},
}

# lib-users' own application id: host ids are an HMAC of it, keyed by the machine id, as machine-id(5) asks.
APPLICATION_ID = bytes(bytearray.fromhex('5d1c3f0a94b24e6f8c07e2a61b9d4f38'))


class DocumentError(Exception):
    """A fault of a document, and the likely cause."""

    def __init__(self, problem, cause):
        super(DocumentError, self).__init__(problem)
        self.problem = problem
        self.cause = cause


def parse_document(raw, name):
    """Bytes -> a document of kind lib-users/NAME. Raises DocumentError."""
    try:
        document = json.loads(raw.decode('utf-8'))
    except UnicodeDecodeError as error:
        raise DocumentError('the answer is not UTF-8 (byte %d)' % error.start, 'executable names another program')
    except ValueError as error:
        cause = 'the answer was cut short' if raw.lstrip().startswith(b'{') else 'executable names another program'
        raise DocumentError('the answer of %d bytes is not JSON: %s' % (len(raw), error), cause)
    check_version(document, name)
    missing = [key for key in sorted(REQUIRED[name]) if key not in document]
    if missing:
        raise DocumentError('the %s lacks %s' % (name, ', '.join(missing)), 'lib-users on this host is not a release')
    for key in sorted(REQUIRED[name]):
        if not isinstance(document[key], REQUIRED[name][key]):
            problem = '%s of the %s is a %s' % (key, name, type(document[key]).__name__)
            raise DocumentError(problem, 'lib-users on this host is not a release')
    place = unencodable(document, '')
    if place is not None:
        raise DocumentError('the text at %s is not valid Unicode' % place, 'a defect in lib-users')
    return document


def check_version(document, name):
    kind = document.get('kind') if isinstance(document, dict) else None
    if kind != 'lib-users/' + name:
        raise DocumentError('the answer is %r and not a lib-users/%s' % (kind, name), 'executable names another program')
    version = document.get('schema_version')
    match = re.match(r'([0-9]+)\.[0-9]+\.[0-9]+$', version) if isinstance(version, str) else None
    if match is None:
        raise DocumentError('schema version %r cannot be read' % (version,), 'lib-users on this host is not a release')
    if int(match.group(1)) == SCHEMA_MAJOR:
        return
    newer = int(match.group(1)) > SCHEMA_MAJOR
    raise DocumentError(
        'the %s has schema version %s, and this collection reads %d.x' % (name, version, SCHEMA_MAJOR),
        'lib-users on this host is too new: update the collection lib_users.host' if newer
        else 'lib-users on this host is too old: update it',
    )


def unencodable(value, place):
    """The place of the first text with a lone surrogate, which Ansible would refuse, or None."""
    if isinstance(value, str):
        try:
            value.encode('utf-8')
        except UnicodeEncodeError:
            return place or '/'
        return None
    if isinstance(value, dict):
        parts = list(value.items())
    elif isinstance(value, list):
        parts = list(enumerate(value))
    else:
        return None
    for key, part in parts:
        found = unencodable(part, '%s/%s' % (place, ascii(key).strip("'")))
        if found is not None:
            return found
    return None


def derive_host_id(machine_id):
    """The text of /etc/machine-id -> the id that documents name the host by, or None if it has none."""
    digits = machine_id.strip()
    if not re.match(r'[0-9a-fA-F]{32}$', digits) or not digits.strip('0'):
        return None
    key = bytes(bytearray.fromhex(digits))
    return hmac.new(key, APPLICATION_ID, hashlib.sha256).hexdigest()[:32]
