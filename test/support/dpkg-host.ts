// A made-up host's dpkg database, documentation and log: the source expat, its package libexpat1, and their history.

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { temporaryFolder } from './temporary.ts';

export type Files = Record<string, string | Buffer | { link: string }>;

export interface Host {
  root: string;
  put(files: Files): void;
}

export function makeHost(t: TestContext, files: Files): Host {
  const root = temporaryFolder(t);
  const put = (more: Files): void => {
    for (const [path, content] of Object.entries(more)) {
      const at = join(root, path);
      mkdirSync(dirname(at), { recursive: true });
      if (typeof content === 'string' || Buffer.isBuffer(content)) writeFileSync(at, content);
      else symlinkSync(content.link, at);
    }
  };
  put({ 'var/lib/dpkg/status': '', ...files });
  return { root, put };
}

export const stanza = (name: string, version: string, source = '') =>
  `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\n${source && `Source: ${source}\n`}Version: ${version}\n\n`;

/** An entry of a changelog: a version, a day of 2026 as in 03-09, ids. */
export const entry = (version: string, day: string, ids = '', source = 'expat', more = '') =>
  `${source} (${version}) bookworm-security; urgency=high${more}\n\n  * Fix ${ids}.\n\n -- A B <a@b.example>  Mon, ${day.slice(3)} ${months[Number(day.slice(0, 2)) - 1]} 2026 12:00:00 +0200\n\n`;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
export const builtOn = (day: string) => BigInt(Date.parse(`2026-${day}T10:00:00Z`)) * 1_000_000n;

export const changelog =
  entry('2.5-1+deb12u3', '05-01', 'CVE-2026-0003 and CVE-2026-0033') +
  entry('2.5-1+deb12u2', '04-01', 'CVE-2026-0002') +
  entry('2.5-1+deb12u1', '03-01', 'CVE-2026-0001') +
  entry('2.5-1', '02-01', 'CVE-2025-0001');
export const expat: Files = {
  'var/lib/dpkg/status': stanza('libexpat1', '2.5-1+deb12u3', 'expat'),
  'usr/share/doc/libexpat1/changelog.Debian.gz': gzipSync(changelog),
};

/** Local time, as in dpkg's log. */
export const logTime = (day: string, time = '12:00:00') => `2026-${day} ${time}`;
export const at = (day: string, time = '12:00:00') => new Date(`2026-${day}T${time}`).getTime();
export const upgrade = (day: string, from: string, to: string, name = 'libexpat1:amd64') =>
  `${logTime(day, '12:00:00')} upgrade ${name} ${from} ${to}
${logTime(day, '12:00:00')} status half-configured ${name} ${from}
${logTime(day, '12:00:01')} status unpacked ${name} ${from}
${logTime(day, '12:00:01')} status half-installed ${name} ${from}
${logTime(day, '12:00:05')} status unpacked ${name} ${to}
${logTime(day, '12:00:09')} status installed ${name} ${to}
`;
