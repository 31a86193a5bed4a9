// A container of a report -> what tells it from the others of that report.

import type { KeyOf } from '../keys.ts';
import type { Container } from './generated/report.ts';

/**
 * A known runtime gives each container an id or a name. What only its control group tells of is kept apart by that group.
 * The owner is a part of it: a user who forges a cgroup's name must not get into a container of the system's.
 */
export function containerKey({ runtime, id, name, user, cgroup }: Container, keyOf: KeyOf): string {
  const isNamed = runtime !== 'unknown' && (id !== null || name !== null);
  return keyOf(runtime, id, name, user?.uid ?? null, isNamed ? null : (cgroup ?? null));
}
