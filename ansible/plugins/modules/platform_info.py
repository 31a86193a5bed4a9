#!/usr/bin/python
# -*- coding: utf-8 -*-
# SPDX-FileCopyrightText: 2026 the lib-users authors
# MIT License (see LICENSES/MIT.txt), which is compatible with the GNU General Public License v3.0+ of Ansible itself
# SPDX-License-Identifier: MIT

DOCUMENTATION = r'''
module: platform_info
short_description: Which build of lib-users runs on a host
version_added: 0.1.0
description:
  - Tells which of the released builds of C(lib-users) a host can run, or what keeps it from running any.
  - It looks at the processor, the width of the userland, the C library and others, how a folder is mounted, and at whether
    Python can unpack the archives.
options:
  prefix:
    description: The folder that C(lib-users) is to run from. It need not be there yet.
    type: path
    default: /opt/lib-users
attributes:
  check_mode:
    description: Can run in check mode without changing anything.
    support: full
    details:
      - It never changes anything, and runs the same in check mode.
  diff_mode:
    description: Returns details on what has changed in diff mode.
    support: N/A
    details:
      - It never changes anything.
  platform:
    description: The systems that it works on.
    support: full
    platforms: linux
seealso:
  - module: lib_users.host.cli_archive
author:
  - the lib-users authors (@lib-users)
'''

EXAMPLES = r'''
- name: Ask which build this host can run
  lib_users.host.platform_info:
  register: platform

- name: Stop if it can run none
  ansible.builtin.assert:
    that: platform.problems | length == 0
    fail_msg: "{{ platform.problems | join('; ') }}"
'''

RETURN = r'''
architecture:
  description: The build as the names of archives have it, V(x64), V(arm64), V(x64-musl) or V(arm64-musl), or null.
  returned: success
  type: str
  sample: x64
machine:
  description: The processor as the kernel names it.
  returned: success
  type: str
  sample: x86_64
bits:
  description: The width of the userland, V(32) or V(64).
  returned: success
  type: int
glibc:
  description: The version of glibc, or null if the C library is another one.
  returned: success
  type: str
  sample: "2.36"
libc:
  description: The C library, V(glibc) or V(musl), or null if it is neither.
  returned: success
  type: str
  sample: glibc
problems:
  description: What keeps lib-users from being installed or run, each with a way out. Empty if nothing does.
  returned: success
  type: list
  elements: str
'''

import ctypes
import glob
import importlib
import os
import re
import struct

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.lib_users.host.plugins.module_utils._cli import is_noexec

ARCHITECTURES = {'x86_64': 'x64', 'amd64': 'x64', 'aarch64': 'arm64', 'arm64': 'arm64'}
# The libraries that the runtime inside the builds is linked to: glibc and nothing else, or musl and these.
GLIBC = (2, 17)
MUSL_LIBRARIES = {'libstdc++.so.6': 'libstdc++ on Alpine'}
NPM = 'install it by npm, if Node 20 or newer is there'


def glibc_version():
    try:
        name = os.confstr('CS_GNU_LIBC_VERSION')
    except (OSError, ValueError):
        return None
    match = re.match(r'glibc ([0-9.]+)', name or '')
    return match.group(1) if match else None


def is_musl():
    return any(glob.glob(folder + '/ld-musl-*.so.1') for folder in ('/lib', '/usr/lib'))


def missing_libraries(libc):
    missing = []
    for name in sorted(MUSL_LIBRARIES if libc == 'musl' else {}):
        try:
            ctypes.CDLL(name)
        except OSError:
            missing.append(name)
    return missing


def has_lzma():
    try:
        importlib.import_module('lzma')
    except ImportError:
        return False
    return True


def nearest_existing(path):
    while not os.path.exists(path) and path != os.path.dirname(path):
        path = os.path.dirname(path)
    return path


def find_problems(machine, bits, libc, glibc, libraries, prefix, lzma):
    problems = []
    if machine not in ARCHITECTURES:
        names = 'x86_64 and aarch64'
        problems.append('lib-users is built for %s, and this host is %s: %s' % (names, machine, NPM))
    elif bits != 64:
        problems.append('the userland is of %d bits on a kernel of 64 (%s), and lib-users is of 64: %s' % (bits, machine, NPM))
    if libc is None:
        problems.append('the C library is neither glibc nor musl, for which lib-users is built: ' + NPM)
    elif libc == 'glibc' and tuple(int(part) for part in glibc.split('.')[:2]) < GLIBC:
        problems.append('glibc %s is older than %d.%d: %s' % ((glibc,) + GLIBC + (NPM,)))
    if not problems:
        for name in libraries:
            problems.append('%s is missing, which lib-users is linked to: install %s' % (name, MUSL_LIBRARIES[name]))
    if is_noexec(nearest_existing(prefix)):
        problems.append('%s is mounted noexec: choose another folder' % prefix)
    if not lzma:
        problems.append('Python was built without lzma and cannot unpack the archive: install the package')
    return problems


def main():
    module = AnsibleModule(
        argument_spec=dict(prefix=dict(type='path', default='/opt/lib-users')),
        supports_check_mode=True,
    )
    machine = os.uname().machine
    bits = struct.calcsize('P') * 8
    glibc = glibc_version()
    libc = 'glibc' if glibc else 'musl' if is_musl() else None
    problems = find_problems(machine, bits, libc, glibc, missing_libraries(libc), module.params['prefix'], has_lzma())
    architecture = ARCHITECTURES.get(machine)
    module.exit_json(
        changed=False,
        architecture=architecture + '-musl' if architecture and libc == 'musl' else architecture,
        machine=machine,
        bits=bits,
        glibc=glibc,
        libc=libc,
        problems=problems,
    )


if __name__ == '__main__':
    main()
