// Fleet -> a page that answers, in this order: how many hosts wait and for what, which hosts must reboot, which were not seen and why,
// which security fixes are not in memory, for how long, which unit holds the most disk, which unit on which host, and which files.

import type { Fleet } from '../../../documents/generated/fleet.ts';
import { formatBytes } from '../../../sizes.ts';
import { fleetHeadline, gateLine } from '../../fleet/text.ts';
import { readableTime } from '../../format.ts';
import { html } from '../escape.ts';
import { type PageSection, pageHead, renderPage, type Tile, type Tone } from '../page.ts';
import { Room } from '../room.ts';
import { renderNote } from '../table.ts';
import { agesSection } from './ages.ts';
import { diskSection, filesSection, mostDiskText } from './files.ts';
import { answerSection, fixesSection, fixesSummary } from './fixes.ts';
import { hostsSection, isStale, waitingAnchor } from './hosts.ts';
import { fleetInNaturalOrder } from './natural.ts';
import { rebootSection } from './reboots.ts';
import { unreadableAnchor, unseenSection } from './unheard.ts';

/** The characters of the long lists of names: with the rest of the page they stay below three megabytes. */
const listRoom = 900_000;

export function renderFleetPage(document: Fleet): Generator<string> {
  const fleet = fleetInNaturalOrder(document);
  const room = new Room(listRoom);
  const sections: readonly (PageSection | null)[] = [
    answerSection(fleet, room),
    rebootSection(fleet, room),
    unseenSection(fleet, room),
    fixesSection(fleet, room),
    agesSection(fleet, room),
    diskSection(fleet, room),
    hostsSection(fleet),
    filesSection(fleet, room),
  ];
  const { text, clean } = fleetHeadline(fleet);
  const [gate, paint] = gateLine(fleet);
  const tone: Tone = clean ? 'green' : 'plain';
  const silent = fleet.never_reported?.length ?? 0;
  const reported = silent === 0 ? '' : ` of ${fleet.hosts.length + silent}`;
  const about = [readableTime(fleet.generated_at), `${fleet.hosts.length}${reported} hosts reported`];
  const gateText = gate === null ? null : html`<p class="verdict ${paint}">${gate}</p>`;
  return renderPage({
    title: `Fleet: ${text}`,
    head: html`${pageHead('Which hosts still use replaced or deleted files', about, { text, tone })}${gateText}${renderNote(whatItMeans)}`,
    tiles: tilesOf(fleet),
    sections: sections.filter((section) => section !== null),
  });
}

const whatItMeans =
  'A program uses the files that it started with until it restarts, also after an update replaced them on disk.';

/** The numbers that people look for first. The last two are there only if they have something to say. */
function tilesOf(fleet: Fleet): Tile[] {
  const { hosts, summary, never_reported = null } = fleet;
  const silent = never_reported?.length ?? 0;
  const unknownReboots = hosts.filter(({ reboot_required }) => reboot_required === null).length;
  const waiting = hosts.filter(isStale).length;
  const fixes = fixesSummary(fleet);
  const tile = (label: string, value: number, href: string, tone: Tone, note: string | null = null): Tile => ({
    ...{ label, value, href, note },
    tone: value === 0 ? 'plain' : tone,
  });
  const parts = [`${summary.incomplete} in part`, ...(never_reported === null ? [] : [`${silent} never reported`])];
  return [
    tile('hosts must reboot', summary.reboot_required, 'reboot', 'red', `of ${hosts.length}`),
    tile('hosts wait for a restart', waiting, waiting === 0 ? 'age' : waitingAnchor, 'red', `of ${hosts.length}`),
    tile('hosts not fully seen', summary.incomplete + silent, 'unseen', 'yellow', parts.join(', ')),
    ...(fixes === null ? [] : [{ label: 'security fixes wait', href: 'fixes', tone: 'red', ...fixes } as const]),
    {
      label: 'disk held',
      value: formatBytes(summary.held_bytes),
      href: 'disk',
      tone: 'plain',
      note: mostDiskText(fleet),
    },
    ...[
      tile('hosts: reboot not known', unknownReboots, 'reboot', 'yellow'),
      tile('unreadable inputs', summary.unreadable_inputs, unreadableAnchor, 'yellow'),
    ].filter(({ value }) => value !== 0),
  ];
}
