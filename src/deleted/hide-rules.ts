// A gone path -> the shipped rule that hides it: names that never were files on disk, or need not be.
// Globs match the whole path (fnmatch, * crosses /) without the kernel's mark.

import { compileGlob } from '../glob.ts';
import { type Bytes, fromText } from '../procfs/bytes.ts';
import { isNamedByInode } from './nameless.ts';

export interface HideRule {
  id: string;
  /** A path is hidden if one of these globs matches all of it. */
  patterns: readonly string[];
  /** The path must also end in the file's own inode number; and a descriptor of a large file is shown all the same. */
  ownInode?: boolean;
  /** The file is in memory and holds no bytes on disk, so that the file itself is not looked at. */
  memory?: boolean;
  via: readonly ('map' | 'fd')[];
  reason: string;
  /** Source of the fact. */
  source: string;
}

const both = ['map', 'fd'] as const;

export const shippedHideRules: readonly HideRule[] = [
  {
    id: 'memfd',
    memory: true,
    patterns: ['/memfd:*'],
    via: both,
    reason: 'anonymous memory made by memfd_create(2), never a file on disk',
    source: 'memfd_create(2)',
  },
  {
    id: 'secretmem',
    memory: true,
    patterns: ['/secretmem'],
    via: both,
    reason: 'memory made by memfd_secret(2), never a file on disk',
    source: 'memfd_secret(2)',
  },
  {
    id: 'sysv-shm',
    memory: true,
    patterns: ['/SYSV????????'],
    via: both,
    reason: 'System V shared memory, never a file on disk',
    source: 'shmget(2); ipc/shm.c newseg()',
  },
  {
    id: 'dev-zero',
    memory: true,
    patterns: ['/dev/zero'],
    via: both,
    reason: 'a shared mapping of /dev/zero is anonymous memory',
    source: 'mm/shmem.c shmem_zero_setup()',
  },
  {
    id: 'dev-shm',
    patterns: ['/dev/shm/*'],
    via: both,
    reason: 'POSIX shared memory, unlinked by its makers as a matter of course',
    source: 'shm_open(3)',
  },
  {
    id: 'drm',
    memory: true,
    patterns: ['/drm mm object', '/i915'],
    via: both,
    reason: 'graphics memory, never a file on disk',
    source: 'drivers/gpu/drm/drm_gem.c drm_gem_object_init()',
  },
  {
    id: 'aio',
    memory: true,
    patterns: ['/[[]aio]'],
    via: both,
    reason: 'the ring of an io_setup(2) context, never a file on disk',
    source: 'fs/aio.c aio_setup_ring()',
  },
  {
    id: 'io-uring',
    memory: true,
    patterns: ['/[[]io_uring]'],
    via: both,
    reason: 'the rings of io_uring_setup(2), never a file on disk',
    source: 'io_uring_setup(2)',
  },
  {
    id: 'hugepages',
    patterns: ['/anon_hugepage', '/dev/hugepages/*'],
    via: both,
    reason: 'huge pages, never a file on disk',
    source: 'fs/hugetlbfs/inode.c hugetlb_file_setup()',
  },
  {
    id: 'nscd',
    patterns: ['/run/nscd/db*', '/var/run/nscd/db*', '/var/cache/nscd/*', '/var/db/nscd/*'],
    via: both,
    reason: "nscd's databases, which it unlinks and maps on purpose",
    source: 'nscd(8)',
  },
  {
    id: 'nspawn-kmsg',
    patterns: [`/run/.#proc-kmsg${'[0-9a-f]'.repeat(16)}`],
    via: both,
    reason: 'the pipe that systemd-nspawn gives its container in place of /proc/kmsg, unlinked at once',
    source: 'systemd src/nspawn/nspawn.c setup_kmsg()',
  },
  {
    id: 'orc',
    patterns: [
      '/tmp/orcexec.??????',
      '/var/tmp/orcexec.??????',
      '/home/*/orcexec.??????',
      '/root/orcexec.??????',
      '/run/user/*/orcexec.??????',
    ],
    via: both,
    reason: 'code that the ORC compiler makes at run time and unlinks at once',
    source: 'orc/orccodemem.c',
  },
  {
    id: 'gl',
    patterns: ['*/.gl??????'],
    via: both,
    reason: 'code that OpenGL drivers make at run time and unlink at once',
    source: 'mkstemp(3) template .glXXXXXX of the GL dispatch tables',
  },
  {
    id: 'jna',
    patterns: ['*/.cache/JNA/temp/jna*.tmp'],
    via: both,
    reason: "a copy of JNA's native part that it unpacks and unlinks at every start",
    source: 'com.sun.jna.Native.extractFromResourcePath()',
  },
  {
    id: 'tmpfile',
    patterns: ['*/#*'],
    ownInode: true,
    via: both,
    reason: 'made with O_TMPFILE, never had a name',
    source: 'open(2); fs/dcache.c d_mark_tmpfile()',
  },
];

/** Rules that hold whatever the user says. They judge by the kind of the file, not by its name. */
export const fixedRules = {
  specialFile: {
    id: 'special_file',
    patterns: [],
    via: ['fd'],
    reason: 'a device, pipe or socket, which holds no disk space and no code',
    source: 'inode(7)',
  },
  kernelFileSystem: {
    id: 'kernel_file_system',
    patterns: [],
    via: ['fd'],
    reason: 'on proc, sysfs, devpts, mqueue or cgroup, whose files are not on disk',
    source: 'filesystems(5)',
  },
} as const satisfies Record<string, HideRule>;

/** Turns the user's own ignore patterns into rules; they come before all others. */
export function ignoreRules(globs: readonly string[], literals: readonly string[]): HideRule[] {
  const common = { via: both, source: '--ignore, --ignore-literal or the configuration' };
  const rules: HideRule[] = [];
  if (globs.length) rules.push({ ...common, id: 'ignore', patterns: globs, reason: 'ignored by a glob of the user' });
  if (literals.length) {
    const patterns = literals.map((path) => path.replace(/[[?*]/g, '[$&]'));
    rules.push({ ...common, id: 'ignore_literal', patterns, reason: 'ignored by a path of the user' });
  }
  return rules;
}

export type HideRuleMatcher = (path: Bytes, via: 'map' | 'fd', inode: bigint | null) => HideRule | null;

/** Returns the first rule that hides a path. A rule with ownInode does not match if the inode is not known. */
export function compileRules(rules: readonly HideRule[]): HideRuleMatcher {
  const globs = rules.flatMap((rule) =>
    rule.patterns.map((pattern) => ({ rule, matches: compileGlob(fromText(pattern)) })),
  );
  const of = (via: 'map' | 'fd') => globs.filter(({ rule }) => rule.via.includes(via));
  const byVia = { map: of('map'), fd: of('fd') };
  return (path, via, inode) => {
    for (const { rule, matches } of byVia[via]) {
      if (matches(path) && (!rule.ownInode || isNamedByInode(path, inode))) return rule;
    }
    return null;
  };
}
