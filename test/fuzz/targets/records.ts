// The kernel's files, as the kernel prints them or not: a record that a parser accepts must be printed back as it was.

import assert from 'node:assert/strict';
import { toText } from '../../../src/procfs/bytes.ts';
import { parseCgroup } from '../../../src/procfs/cgroup.ts';
import { isLocal } from '../../../src/procfs/file-systems.ts';
import { type Mapping, mayNameGoneFile, parseSuspiciousMappings } from '../../../src/procfs/maps.ts';
import { parseMountinfo } from '../../../src/procfs/mountinfo.ts';
import { MountTable } from '../../../src/procfs/mounts.ts';
import { parseStat } from '../../../src/procfs/stat.ts';
import { attributeProcess } from '../../../src/systemd/attribute.ts';
import { findGuestRoots } from '../../../src/systemd/guest-root.ts';
import type { Target } from '../engine.ts';

const bytesOf = (input: Buffer): string => input.toString('latin1');
/** The text that the parser searches for, which is less than a mark: the parser may read a line too many, and never one too few. */
const marks = ['(deleted)', '.nfs', '.fuse_'];
/** Small numbers apart, larger ones by their magnitude: enough to tell shapes, too little to keep everything. */
const rough = (count: number): number => (count < 4 ? count : 4 + Math.floor(Math.log2(count)));

/** Every line with a mark is the mapping that a plainer reader sees in it, or counted as odd. */
export const maps: Target = {
  name: 'maps',
  run(input) {
    const suspicious = bytesOf(input)
      .split('\n')
      .filter((line) => marks.some((mark) => line.includes(mark)));
    assert.equal(mayNameGoneFile(input.toString('utf8')), suspicious.length > 0);
    const { mappings, odd } = parseSuspiciousMappings(input);
    assert.deepEqual(
      mappings,
      suspicious.flatMap((line) => readMapping(line) ?? []),
    );
    assert.equal(mappings.length + odd, suspicious.length);
    return `${rough(mappings.length)} ${rough(odd)} ${mappings.some(({ executable }) => executable)}`;
  },
};

/** Field by field, as proc_pid_maps(5) lists them, without the parser's own pattern. */
function readMapping(line: string): Mapping | null {
  const [range = '', perms = '', offset = '', device = '', inode = '', ...rest] = line.split(' ');
  const path = rest.join(' ').replace(/^ +/, '');
  const ends = range.split('-');
  const [major = '', minor = ''] = device.split(':');
  const isHex = (text: string, most: number, least = 1) =>
    text.length >= least && text.length <= most && /^[0-9a-f]+$/.test(text);
  if (ends.length !== 2 || !ends.every((end) => isHex(end, 16)) || !isHex(offset, Number.POSITIVE_INFINITY))
    return null;
  if (perms.length !== 4 || ![...perms].every((flag, index) => ['r-', 'w-', 'x-', 'ps'][index]!.includes(flag)))
    return null;
  if (device !== `${major}:${minor}` || !isHex(major, 8, 2) || !isHex(minor, 8, 2)) return null;
  if (inode.length > 20 || !/^[0-9]+$/.test(inode) || rest.length === 0 || path === '') return null;
  const [from = 0n, to = 0n] = ends.map((end) => BigInt(`0x${end}`));
  const sizeBytes = Number(to - from);
  if (sizeBytes <= 0 || sizeBytes > Number.MAX_SAFE_INTEGER) return null;
  return {
    range: [from, to].map((end) => end.toString(16)).join('-'),
    ...{ sizeBytes, executable: perms[2] === 'x', device, inode: BigInt(inode) % 2n ** 64n, path },
  };
}

const host = { pid: 'pid:[1]', cgroup: 'cgroup:[1]' };

/** A line is given back as it was; a unit is a component of the path and its name whole. */
export const cgroup: Target = {
  name: 'cgroup',
  run(input) {
    const text = bytesOf(input);
    const parsed = parseCgroup(text);
    const lines = text.split('\n');
    for (const { hierarchy, controllers, path } of parsed) {
      const at = lines.findIndex((line) => line.replace(/^0+(?=[0-9])/, '') === `${hierarchy}:${controllers}:${path}`);
      assert.ok(at >= 0, 'each line as it stands, in order');
      lines.splice(0, at + 1);
    }
    const others = { pid: 'pid:[2]', cgroup: 'cgroup:[2]' };
    const shapes = [
      { namespaces: host },
      { namespaces: { ...host, pid: others.pid } },
      { namespaces: others },
      // As if PID 1 were in the first of them.
      { namespaces: others, roots: findGuestRoots(parsed.slice(0, 1)) },
    ].map(({ namespaces, roots }) => {
      const { unit, slice, session, container, cgroup } = attributeProcess(parsed, namespaces, host, roots);
      assert.ok(cgroup === null || cgroup.startsWith('/'));
      if (container) assert.deepEqual([unit, slice, session], [null, null, null]);
      if (unit) {
        assert.match(unit.name, /^[0-9A-Za-z:_.\\@-]{1,255}$/);
        const components = parsed.flatMap(({ path }) => path.replace(/ \(deleted\)$/, '').split('/'));
        assert.ok(components.includes(unit.name) || components.includes(`_${unit.name}`));
        assert.equal(unit.scope === 'user', unit.uid !== null);
      }
      const named = container?.cgroup ?? null;
      if (named !== null) assert.ok(`${cgroup?.replace(/\/+/g, '/')}/`.startsWith(`${named}/`), `${cgroup} ${named}`);
      if (session) assert.equal(unit?.name, `session-${session.id}.scope`);
      const of = container && `${container.runtime} ${container.id !== null} ${container.uid !== null}`;
      return `${unit?.scope} ${unit?.source} ${slice !== null} ${session !== null} ${of}`;
    });
    return `${rough(parsed.length)} ${shapes.join()}`;
  },
};

/** The name is what stands between the first and the last parenthesis, and no number comes out of it. */
export const stat: Target = {
  name: 'stat',
  run(input) {
    const text = bytesOf(input);
    const parsed = parseStat(text);
    if (parsed === null) return 'refused';
    const { name, ppid, threads, startTicks, state } = parsed;
    assert.ok(text.includes(`(${name})`));
    const rest = text.slice(text.lastIndexOf(')') + 2).trimEnd();
    const fields = rest.split(' ');
    assert.deepEqual([fields[0], Number(fields[1]), Number(fields[19])], [state, ppid, startTicks]);
    for (const number of [ppid, threads, startTicks])
      assert.ok(Number.isSafeInteger(number) && number >= 0, String(number));
    return `${'RSDTtXZI'.includes(state)} ${parsed.kernelThread} ${parsed.exiting} ${rough(threads)} ${toText(name).base64 !== null}`;
  },
};

/** A mount point is given back as the kernel's mangle() would print it; a path is local only below local mounts. */
export const mountinfo: Target = {
  name: 'mountinfo',
  run(input) {
    const lines = bytesOf(input).split('\n');
    const mounts = parseMountinfo(bytesOf(input));
    const left = [...lines];
    for (const mount of mounts) {
      const at = left.findIndex((line) => {
        const fields = line.split(' ');
        return Number(fields[0]) === mount.id && undo(fields[4] ?? '') === mount.mountPoint && line.includes(' - ');
      });
      assert.ok(at >= 0, 'each mount is a line, in order');
      left.splice(0, at + 1);
    }
    const table = new MountTable(mounts);
    for (const { mountPoint, id, device, root } of mounts) {
      const local = table.isLocalWalk(`${mountPoint}/x`);
      const top = table.of(`${mountPoint}/x`);
      if (local) assert.ok(top !== null && isLocal(top.fsType), 'the mount that it is on is local');
      assert.ok(table.byId(id));
      for (const path of table.pathsOf(device, `${root}/x`)) {
        assert.equal(table.of(path)?.device, device, 'a path of a file system leads to it');
      }
    }
    assert.equal(table.isLocalWalk('relative'), false);
    return `${rough(mounts.length)} ${rough(lines.length - mounts.length)} ${table.isLocalWalk('/x')}`;
  },
};

const undo = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
