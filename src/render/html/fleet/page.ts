// Fleet -> a page that answers, in this order: how many hosts wait and for what, which security fixes are not in memory, for how long,
// which unit on which host, which file on how many hosts, and of whom nothing is known.

import type { Fleet } from '../../../documents/generated/fleet.ts';
import { formatBytes } from '../../../sizes.ts';
import { fleetHeadline, gateLine } from '../../fleet/text.ts';
import { count, readableTime } from '../../format.ts';
import { html } from '../escape.ts';
import { type PageSection, pageHead, renderPage, renderTiles, type Tile, type Tone } from '../page.ts';
import { Room } from '../room.ts';
import { agesSection } from './ages.ts';
import { diskSection, filesSection } from './files.ts';
import { answerSection, fixesSection } from './fixes.ts';
import { hostsSection, isStale } from './hosts.ts';
import { rebootSection } from './reboots.ts';
import { silentSection, unreadableSection, unseenSection } from './unheard.ts';

/** The characters of the long lists of names: with the rest of the page they stay below three megabytes. */
const listRoom = 900_000;

export function renderFleetPage(fleet: Fleet): Generator<string> {
  const room = new Room(listRoom);
  const sections: readonly (PageSection | null)[] = [
    answerSection(fleet, room),
    rebootSection(fleet, room),
    unseenSection(fleet, room),
    fixesSection(fleet, room),
    agesSection(fleet, room),
    hostsSection(fleet),
    diskSection(fleet, room),
    filesSection(fleet, room),
    silentSection(fleet, room),
    unreadableSection(fleet),
  ];
  const { text, clean } = fleetHeadline(fleet);
  const [gate, paint] = gateLine(fleet);
  const tone: Tone = clean ? 'green' : 'plain';
  const about = [readableTime(fleet.generated_at), count(fleet.summary.hosts, 'host')];
  const gateText = gate === null ? null : html`<p class="verdict ${paint}">${gate}</p>`;
  return renderPage({
    title: `Fleet: ${text}`,
    head: html`${pageHead('What many hosts still run on files that are gone', about, { text, tone })}${gateText}${renderTiles(tilesOf(fleet))}`,
    sections: sections.filter((section) => section !== null),
  });
}

function tilesOf(fleet: Fleet): Tile[] {
  const { hosts, summary, never_reported = null } = fleet;
  const unknownReboots = hosts.filter(({ reboot_required }) => reboot_required === null).length;
  const tile = (label: string, value: number, href: string, tone: Tone): Tile => ({
    label,
    value,
    href,
    tone: value === 0 ? 'plain' : tone,
  });
  return [
    tile('wait for a restart', hosts.filter(isStale).length, 'hosts', 'red'),
    tile('must reboot', summary.reboot_required, 'reboot', 'red'),
    tile('reboot not known', unknownReboots, 'reboot', 'yellow'),
    tile('not seen completely', summary.incomplete, 'unseen', 'yellow'),
    ...(never_reported === null ? [] : [tile('never reported', never_reported.length, 'silent', 'yellow')]),
    tile('unreadable inputs', summary.unreadable_inputs, 'unreadable', 'yellow'),
    { label: 'held by gone files', value: formatBytes(summary.held_bytes), href: 'disk', tone: 'plain' },
  ];
}
