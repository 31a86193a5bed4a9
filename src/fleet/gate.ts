// --fail-on over many hosts -> the verdict on each host, and the verdict on all hosts and all unreadable inputs.

import type { FleetCause, FleetVerdict } from '../documents/generated/fleet.ts';

export interface FleetGate {
  /** The causes that close the gate; empty means that there is no gate. */
  failOn: readonly FleetCause[];
  allowIncomplete: boolean;
}

interface HostFacts {
  /** How many units and programs count on the host. */
  stale: number;
  rebootRequired: boolean | null;
  /** Whether the host's report saw everything and shows it. */
  whole: boolean;
}

/** A cause that is found wins over a fact that is not known. */
export function judgeHost({ stale, rebootRequired, whole }: HostFacts, gate: FleetGate): FleetVerdict {
  const asked = new Set(gate.failOn);
  if (asked.size === 0) return null;
  if ((asked.has('any') && stale > 0) || (asked.has('reboot') && rebootRequired === true)) return 'drift';
  const known = whole || !(asked.has('any') || asked.has('incomplete'));
  const rebootKnown = rebootRequired !== null || !asked.has('reboot');
  return (known && rebootKnown) || gate.allowIncomplete ? 'pass' : 'incomplete';
}

/** @param unread how many inputs could not be read. Each of them may be a host that closes the gate. */
export function judgeFleet(hosts: readonly FleetVerdict[], unread: number, gate: FleetGate): FleetVerdict {
  if (gate.failOn.length === 0) return null;
  if (hosts.includes('drift')) return 'drift';
  return hosts.includes('incomplete') || (unread > 0 && !gate.allowIncomplete) ? 'incomplete' : 'pass';
}
