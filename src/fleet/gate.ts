// --fail-on over many hosts -> the verdict on each, and on all of them and what could not be read.

import type { FleetCause, FleetVerdict } from '../documents/generated/fleet.ts';

export interface FleetGate {
  /** What closes the gate; empty means that there is none. */
  failOn: readonly FleetCause[];
  allowIncomplete: boolean;
}

interface HostFacts {
  /** How much counts on it. */
  stale: number;
  rebootRequired: boolean | null;
  /** Whether its report saw everything and shows it. */
  whole: boolean;
}

/** What is found wins over what is not known. */
export function judgeHost({ stale, rebootRequired, whole }: HostFacts, gate: FleetGate): FleetVerdict {
  const asked = new Set(gate.failOn);
  if (asked.size === 0) return null;
  if ((asked.has('any') && stale > 0) || (asked.has('reboot') && rebootRequired === true)) return 'drift';
  const known = whole || !(asked.has('any') || asked.has('incomplete'));
  const rebootKnown = rebootRequired !== null || !asked.has('reboot');
  return (known && rebootKnown) || gate.allowIncomplete ? 'pass' : 'incomplete';
}

/** @param unread how many inputs could not be read: nobody knows what they would have said */
export function judgeFleet(hosts: readonly FleetVerdict[], unread: number, gate: FleetGate): FleetVerdict {
  if (gate.failOn.length === 0) return null;
  if (hosts.includes('drift')) return 'drift';
  return hosts.includes('incomplete') || (unread > 0 && !gate.allowIncomplete) ? 'incomplete' : 'pass';
}
