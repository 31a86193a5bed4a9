#!/usr/bin/python
# -*- coding: utf-8 -*-
# SPDX-FileCopyrightText: 2026 the lib-users authors
# MIT License (see LICENSES/MIT.txt), which is compatible with the GNU General Public License v3.0+ of Ansible itself
# SPDX-License-Identifier: MIT

DOCUMENTATION = r'''
module: cli_archive
short_description: Installs a released archive of lib-users
version_added: 0.1.0
description:
  - Unpacks an archive that is on the host into a folder of its version, tries the program there, and makes the symbolic
    link C(current) lead to it.
  - Nothing in use is written to, and nothing is left behind if it fails.
  - The role P(lib_users.host.install#role) brings the archive to the host and removes it afterwards.
  - It needs neither Node nor C(tar) nor C(xz) on the host.
options:
  state:
    description: Whether O(version) is to be there, or nothing of it and of any other version.
    type: str
    choices: [present, absent]
    default: present
  prefix:
    description: The folder of all versions. Its file system must not be mounted noexec.
    type: path
    default: /opt/lib-users
  version:
    description: The version that the archive has. Required for O(state=present).
    type: str
  src:
    description:
      - The archive, C(lib-users-VERSION-linux-ARCHITECTURE.tar.xz), on the host.
      - Not looked at if O(version) is there already, nor in check mode.
    type: path
  sha256:
    description: The SHA-256 of O(src), without which it is not unpacked.
    type: str
  keep:
    description: How many other versions to keep, those that were installed last; V(-1) for all.
    type: int
    default: 1
  links:
    description:
      - Symbolic links to the program, as in V(/usr/local/bin/lib-users).
      - Whatever else is there with that name is not replaced, and the task fails.
    type: list
    elements: path
    default: []
attributes:
  check_mode:
    description: Can run in check mode without changing anything.
    support: full
  diff_mode:
    description: Returns details on what has changed in diff mode.
    support: full
  platform:
    description: The systems that it works on.
    support: full
    platforms: linux
seealso:
  - module: lib_users.host.platform_info
author:
  - the lib-users authors (@lib-users)
'''

EXAMPLES = r'''
- name: Install an archive that is on the host
  lib_users.host.cli_archive:
    version: 0.1.0
    src: /root/lib-users-0.1.0-linux-x64.tar.xz
    sha256: 7b1a6cb8fae1e7e1f1e5c5c3b2a0e8d9c4b7a6f5e4d3c2b1a0f9e8d7c6b5a493
    links: [/usr/local/bin/lib-users]
  become: true

- name: Remove every version
  lib_users.host.cli_archive:
    state: absent
    links: [/usr/local/bin/lib-users]
  become: true
'''

RETURN = r'''
executable:
  description: The path that always leads to the current version.
  returned: success
  type: str
  sample: /opt/lib-users/current/lib-users
version:
  description: The version that is current now, or null.
  returned: success
  type: str
previous:
  description: The version that was current before, or null.
  returned: success
  type: str
removed:
  description: The versions that were removed.
  returned: success
  type: list
  elements: str
'''

import os

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.lib_users.host.plugins.module_utils._archive import ArchiveError, unpack_archive
from ansible_collections.lib_users.host.plugins.module_utils._cli import Cli
from ansible_collections.lib_users.host.plugins.module_utils._installation import (
    NAME,
    VERSION,
    Installation,
    InstallationError,
    make_link,
    remove,
)

TRIAL_SECONDS = 60


def install(module, installation):
    params = module.params
    version = params['version']
    if not VERSION.match(version):
        raise InstallationError('%r is no version' % version)
    previous = installation.current()
    whole = installation.is_whole(version)
    missing = installation.missing_links(params['links'])
    # A version that is in its place already is not unpacked anew, and prunes nothing.
    outdated = [] if whole and previous == version else installation.outdated(version, params['keep'])
    changed = not whole or previous != version or bool(missing)
    if changed and not module.check_mode:
        with installation.locked():
            if not whole:
                unpack(module, installation, version)
            if previous != version:
                installation.switch(version)
            for path in missing:
                make_link(path, installation.executable)
            for name in outdated:
                remove(installation.path(name))
    return dict(changed=changed, version=version, previous=previous, removed=outdated)


def unpack(module, installation, version):
    params = module.params
    if params['src'] is None or params['sha256'] is None:
        raise InstallationError('lib-users %s is not there yet: src and sha256 are needed' % version)
    with installation.new_folder() as folder:
        unpack_archive(params['src'], params['sha256'], version, folder)
        cli = Cli(module)
        cli.argv = [os.path.join(folder, NAME), '--version']
        rc, out, err = cli.run(None, TRIAL_SECONDS)
        if rc != 0:
            cli.fail_exit(rc, out, err)
        said = out.decode('utf-8', 'backslashreplace').strip()
        if said != '%s %s' % (NAME, version):
            raise ArchiveError('the program in the archive says that it is %r' % said)
        installation.place(folder, version)


def uninstall(module, installation):
    previous = installation.current()
    versions = installation.versions()
    links = installation.own_links(module.params['links'])
    changed = bool(previous or versions or links)
    if changed and not module.check_mode:
        for path in links:
            os.unlink(path)
        if os.path.isdir(installation.prefix):
            with installation.locked():
                if previous is not None:
                    os.unlink(installation.path('current'))
                for name in versions:
                    remove(installation.path(name))
            # Files that somebody else put there stay, and the folder with them.
            if not os.listdir(installation.prefix):
                os.rmdir(installation.prefix)
    return dict(changed=changed, version=None, previous=previous, removed=versions)


def main():
    module = AnsibleModule(
        argument_spec=dict(
            state=dict(type='str', choices=['present', 'absent'], default='present'),
            prefix=dict(type='path', default='/opt/lib-users'),
            version=dict(type='str'),
            src=dict(type='path'),
            sha256=dict(type='str'),
            keep=dict(type='int', default=1),
            links=dict(type='list', elements='path', default=[]),
        ),
        required_if=[('state', 'present', ('version',))],
        supports_check_mode=True,
    )
    installation = Installation(module.params['prefix'])
    try:
        act = install if module.params['state'] == 'present' else uninstall
        result = act(module, installation)
    except (ArchiveError, InstallationError) as error:
        module.fail_json(msg=str(error))
    except OSError as error:
        # A full disk, a file system that is mounted read-only, no permission.
        module.fail_json(msg='lib-users could not be installed below %s: %s' % (installation.prefix, error))
    result['diff'] = {
        'before': {'current': result['previous']}, 'after': {'current': result['version']}
    }
    module.exit_json(executable=installation.executable, **result)


if __name__ == '__main__':
    main()
