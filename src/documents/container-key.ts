// A container of a report -> a key that no other container of that report has.

import type { KeyOf } from '../keys.ts';
import type { Container } from './generated/report.ts';

/**
 * A known runtime gives each container an id or a name. A container without either is told apart by its control group.
 * The owner is a part of the key: a user who forges a cgroup's name must not get into a container of the system's.
 */
export function containerKey({ runtime, id, name, user, cgroup }: Container, keyOf: KeyOf): string {
  const isNamed = runtime !== 'unknown' && (id !== null || name !== null);
  return keyOf(runtime, id, name, user?.uid ?? null, isNamed ? null : (cgroup ?? null));
}
