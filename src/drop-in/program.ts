// The two commands that lib-users can stand in for, as data: what each inspects, what it ignores, how its flags are called.
// Observed on lib_users 0.14: the same processes and files must come out.

import type { HideRule } from '../deleted/hide-rules.ts';

export interface Program {
  name: 'lib_users' | 'fd_users';
  include: 'maps' | 'fds';
  /** The long name of -s. */
  showItems: string;
  rules: readonly HideRule[];
}

const via = ['map'] as const;
const source = 'what lib_users ignores';

const libUsersRules: readonly HideRule[] = [
  { id: 'sysv-shm', patterns: ['/SYSV*'], via, reason: 'System V shared memory', source },
  { id: 'dev-shm', patterns: ['/dev/shm/*'], via, reason: 'POSIX shared memory', source },
  { id: 'orc', patterns: ['/tmp/orcexec.*', '/run/user/*/orcexec*'], via, reason: 'code made by ORC', source },
  { id: 'nscd', patterns: ['/var/run/nscd/db*'], via, reason: "nscd's databases", source },
  { id: 'memfd', patterns: ['/memfd:*'], via, reason: 'anonymous memory', source },
  { id: 'dev-zero', patterns: ['/dev/zero'], via, reason: 'anonymous memory', source },
  { id: 'drm', patterns: ['/drm', '/drm mm object', '/i915'], via, reason: 'graphics memory', source },
  { id: 'aio', patterns: ['/[[]aio]'], via, reason: 'a ring of asynchronous I/O', source },
  { id: 'hugepages', patterns: ['/anon_hugepage'], via, reason: 'huge pages', source },
];

export const programs: Readonly<Record<Program['name'], Program>> = {
  lib_users: { name: 'lib_users', include: 'maps', showItems: '--showlibs', rules: libUsersRules },
  // fd_users reports every deleted file that is open, of any kind.
  fd_users: { name: 'fd_users', include: 'fds', showItems: '--showfiles', rules: [] },
};
