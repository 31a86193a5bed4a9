// A container of a report or a plan -> the words for it, sanitized and without its owner.

import type { Container } from '../documents/generated/report.ts';
import { quote } from './format.ts';
import { sanitize } from './sanitize.ts';

/**
 * As in `docker container 4f6c0e1d2b3a`, `libvirt machine web-1`, `container /batch.slice`. The first twelve digits of a long
 * id are the form that the runtimes print and accept. A container without id and name is named by its control group.
 */
export function containerName({ runtime, id, name, cgroup }: Container): string {
  const what = runtime === 'libvirt' ? 'machine' : 'container';
  const short = id?.replace(/^([0-9a-f]{12})[0-9a-f]{52}$/, '$1') ?? null;
  const names = [...new Set([name, short])].filter((each) => each !== null);
  const shown = names.length > 0 ? names : [cgroup ?? null].filter((each) => each !== null);
  return [...(runtime === 'unknown' ? [] : [runtime]), what, ...shown.map((each) => quote(sanitize(each)))].join(' ');
}
