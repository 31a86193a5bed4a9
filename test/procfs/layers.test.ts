// Overlays -> whether they are local, by the tables of those who may have mounted them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLocalMount, layersOf } from '../../src/procfs/layers.ts';
import { parseMountinfo } from '../../src/procfs/mountinfo.ts';
import { MountTable } from '../../src/procfs/mounts.ts';

const layerRows: [name: string, options: string, layers: string[] | null][] = [
  ['all kinds', 'rw,lowerdir=/a:/b,upperdir=/u,workdir=/w', ['/a', '/b', '/u', '/w']],
  ['one by one, as fsconfig(2) takes them', 'ro,lowerdir+=/a:b,lowerdir+=/c,datadir+=/d', ['/a:b', '/c', '/d']],
  ['data layers', 'ro,lowerdir=/a::/d1::/d2', ['/a', '/d1', '/d2']],
  ['an escaped colon', String.raw`ro,lowerdir=/a\134:b:/c`, ['/a:b', '/c']],
  ['a backslash', String.raw`ro,lowerdir=/a\134\134b`, [String.raw`/a\b`]],
  ['a comma and a blank', String.raw`ro,lowerdir=/a\054upperdir=/b\040c`, ['/a,upperdir=/b c']],
  [
    'relative to the store of Docker',
    'rw,lowerdir=l/AB:l/CD,upperdir=9f/diff,workdir=9f/work',
    ['l/AB', 'l/CD', '9f/diff', '9f/work'].map((path) => `/var/lib/docker/overlay2/${path}`),
  ],
  [
    'relative to the store of containerd',
    'rw,lowerdir=8/fs:7/fs,upperdir=/var/lib/c/snapshots/9/fs,workdir=/var/lib/c/snapshots/9/work',
    ['8/fs', '7/fs', '9/fs', '9/work'].map((path) => `/var/lib/c/snapshots/${path}`),
  ],
  ['relative without a store', 'ro,lowerdir=8/fs:7/fs', null],
  ['none named, as of aufs', 'rw,si=6eb0ac04a9ed5bc8', null],
  ['an empty list', 'rw,lowerdir=', null],
];
for (const [name, options, layers] of layerRows) {
  test(`layers: ${name}`, () => {
    assert.deepEqual(layersOf({ options }, ['/var/lib/docker/overlay2/9f/merged']), layers);
  });
}

const host = `
21 1 8:1 / / rw - ext4 /dev/sda1 rw
22 21 0:20 / /run rw - tmpfs tmpfs rw
23 21 0:30 / /mnt/nfs rw - nfs4 server:/x rw
24 21 0:31 / /var/lib/stargz/9/fs rw - fuse.rawBridge stargz rw
25 21 0:32 / /usr ro - erofs /dev/dm-0 ro
26 21 0:33 / /var/lib/nydus rw - erofs none ro,fsid=abc
`;
const docker = 'overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/AB,upperdir=/var/lib/docker/overlay2/9f/diff';
const root = (line: string) => `${host}40 21 0:50 / /var/lib/docker/overlay2/9f/merged rw - ${line}\n`;
const inside = (line: string) => `90 80 0:50 / / rw - ${line}\n`;

interface Row {
  ours: string;
  init?: string;
  /** The table of the process; the device of its overlay is 0:50. */
  theirs: string;
  sameUsers?: boolean;
  local: boolean;
}
const rows: Record<string, Row> = {
  'Docker, in its own user namespace or not': { ours: root(docker), theirs: inside(docker), local: true },
  'a layer over NFS': {
    ours: root('overlay o rw,lowerdir=/mnt/nfs/base'),
    theirs: inside('overlay o rw,lowerdir=/mnt/nfs/base'),
    local: false,
  },
  'a lazy image over FUSE': {
    ours: root('overlay o rw,lowerdir=/var/lib/stargz/9/fs:/var/lib/x'),
    theirs: inside('overlay o rw,lowerdir=/var/lib/stargz/9/fs:/var/lib/x'),
    local: false,
  },
  'a lazy image over erofs and fscache': {
    ours: root('overlay o rw,lowerdir=/var/lib/nydus/a'),
    theirs: inside('overlay o rw,lowerdir=/var/lib/nydus/a'),
    local: false,
  },
  'systemd-sysext, over the /usr that it covers': {
    ours: `${host}40 21 0:50 / /usr ro - overlay sysext ro,lowerdir=/run/systemd/sysext/meta/usr:/usr\n`,
    theirs: '90 80 0:50 / /usr ro - overlay sysext ro,lowerdir=/run/systemd/sysext/meta/usr:/usr\n',
    local: true,
  },
  'an overlay on an overlay': {
    ours: `${root(docker)}41 21 0:51 / /inner rw - overlay o rw,lowerdir=/var/lib/docker/overlay2/9f/merged/x\n`,
    theirs: '90 80 0:51 / / rw - overlay o rw,lowerdir=/var/lib/docker/overlay2/9f/merged/x\n',
    local: true,
  },
  'the root of a live system, whose layers are nowhere to be seen': {
    ours: '21 1 0:50 / / rw - overlay o rw,lowerdir=/run/rootfsbase,upperdir=/run/overlayfs\n',
    theirs: inside('overlay o rw,lowerdir=/run/rootfsbase,upperdir=/run/overlayfs'),
    local: true,
  },
  'the root of a live system by aufs': {
    ours: '21 1 0:50 / / rw - aufs none rw,si=6eb0\n',
    theirs: inside('aufs none rw,si=6eb0'),
    local: true,
  },
  'aufs elsewhere': { ours: root('aufs none rw,si=6eb0'), theirs: inside('aufs none rw,si=6eb0'), local: false },
  'a scan from a container: another container': {
    ours: '21 1 0:49 / / rw - overlay o rw,lowerdir=/var/lib/docker/overlay2/l/XY\n',
    init: root(docker),
    theirs: inside(docker),
    local: true,
  },
  'a scan from a container: another container over FUSE': {
    ours: '21 1 0:49 / / rw - overlay o rw,lowerdir=/var/lib/docker/overlay2/l/XY\n',
    init: root('overlay o rw,lowerdir=/var/lib/stargz/9/fs'),
    theirs: inside('overlay o rw,lowerdir=/var/lib/stargz/9/fs'),
    local: false,
  },
  'systemd-nspawn --overlay=': {
    ours: host,
    theirs: '80 70 8:1 /m / rw - ext4 /dev/sda1 rw\n90 80 0:50 / /data rw - overlay o rw,lowerdir=/srv/a:/srv/b\n',
    sameUsers: true,
    local: true,
  },
  'root’s, over a mount that only its own namespace has': {
    ours: host,
    theirs: `${host}81 21 0:60 / /srv/far rw - fuse x rw\n90 80 0:50 / /data rw - overlay o rw,lowerdir=/srv/far\n`,
    sameUsers: true,
    local: false,
  },
  'a user’s own, whatever its layers are called': {
    ours: host,
    theirs: '90 80 0:50 / /data rw - overlay o rw,lowerdir=/srv/a:/srv/b,userxattr\n',
    local: false,
  },
  'a user’s own with the device of something else of ours': {
    ours: `${host}40 21 0:50 / /srv/t rw - tmpfs t rw\n`,
    theirs: inside('overlay o rw,lowerdir=/srv/a'),
    local: false,
  },
  'layers that are overlays themselves, without end': {
    ours: root('overlay o rw,lowerdir=/ring').concat(
      '41 21 0:51 / /ring rw - overlay o rw,lowerdir=/var/lib/docker/overlay2/9f/merged\n',
    ),
    theirs: inside('overlay o rw,lowerdir=/ring'),
    local: false,
  },
};
for (const [name, { ours, init, theirs, sameUsers = false, local }] of Object.entries(rows)) {
  test(`${local ? 'local' : 'not local'}: ${name}`, () => {
    const roots = [ours, ...(init === undefined ? [] : [init])].map((text) => new MountTable(parseMountinfo(text)));
    const table = new MountTable(parseMountinfo(theirs));
    const mount = parseMountinfo(theirs).at(-1);
    assert.ok(mount);
    assert.equal(isLocalMount(mount, { roots, ours: sameUsers ? table : null }), local);
  });
}
