// The impact of a restart -> one line of the plan's text, only with what matters to a reader.

import type { Action, Impact } from '../../documents/generated/plan.ts';
import { count, enumerate } from '../format.ts';
import { sanitizeUnit } from '../sanitize.ts';

const shownUnits = 3;
const shownPorts = 4;
/** A start that takes longer than this, in seconds, is worth a word. */
const longStart = 5;

/** Sanitized: `restarts 2 others (a.service, b.service), 37 connections, listens on 443`; null if there is nothing to say. */
export function impactText({ impact, covered_by }: Pick<Action, 'impact' | 'covered_by'>): string | null {
  const own = impact == null ? [] : [...connections(impact), ...slowness(impact)];
  const parts =
    covered_by == null
      ? [...(impact == null ? [] : others(impact)), ...own]
      : [...own, `restarts with ${sanitizeUnit(covered_by)}, so it needs no command of its own`];
  return parts.length === 0 ? null : parts.join(', ');
}

function others({ also_restarts, also_stops, complete, ...more }: Impact): string[] {
  const { also_starts, restarts_again, refused_by } = more;
  return [
    ...(refused_by.length === 0 ? [] : [`systemd cannot load ${list(refused_by)} and refuses the restart`]),
    ...(also_restarts.length === 0 ? [] : [`restarts ${complete ? '' : 'at least '}${name(also_restarts)}`]),
    ...(restarts_again.length === 0 ? [] : [`of them ${list(restarts_again)} for a second time`]),
    ...(also_stops.length === 0 ? [] : [`stops ${name(also_stops)}, which systemd does not start again`]),
    ...(also_starts?.length
      ? [`starts ${name(also_starts)} that ${also_starts.length === 1 ? 'is' : 'are'} stopped`]
      : []),
    ...(complete ? [] : ['systemd did not say all that it takes along']),
  ];
}

function connections({ established, listening }: Impact): string[] {
  const ports = [...new Set((listening ?? []).filter(({ protocol }) => protocol === 'tcp').map(({ port }) => port))];
  const shown = ports.slice(0, shownPorts).join(', ');
  const more = ports.length - shownPorts;
  return [
    ...(established ? [count(established, 'connection')] : []),
    ...(ports.length === 0 ? [] : [`listens on ${shown}${more > 0 ? ` and ${count(more, 'other port')}` : ''}`]),
  ];
}

function slowness({ last_start_seconds: seconds }: Impact): string[] {
  return seconds === null || seconds < longStart ? [] : [`its last start took ${Math.round(seconds)} s`];
}

function name(units: readonly string[]): string {
  return `${count(units.length, 'other')} (${list(units)})`;
}

function list(units: readonly string[]): string {
  const named = units.slice(0, shownUnits).map(sanitizeUnit);
  const more = units.length - named.length;
  return more > 0 ? `${named.join(', ')} and ${more} more` : enumerate(named);
}
