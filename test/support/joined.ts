// Renderers that write in pieces -> their text as one string.

import type { Drift } from '../../src/documents/generated/drift.ts';
import type { Fleet } from '../../src/documents/generated/fleet.ts';
import type { Report } from '../../src/documents/generated/report.ts';
import * as driftRows from '../../src/render/drift/rows.ts';
import * as driftText from '../../src/render/drift/text.ts';
import * as fleetRows from '../../src/render/fleet/rows.ts';
import * as fleetText from '../../src/render/fleet/text.ts';
import { jsonPieces } from '../../src/render/json.ts';
import type { Style } from '../../src/render/layout.ts';
import * as lines from '../../src/render/report/lines.ts';
import * as machine from '../../src/render/report/machine.ts';
import * as rows from '../../src/render/report/rows.ts';
import * as text from '../../src/render/report/text.ts';

const join = (pieces: Iterable<string>): string => [...pieces].join('');

export const renderJson = (document: object): string => join(jsonPieces(document));
export const renderText = (report: Report, style: Style): string => join(text.renderText(report, style));
export const renderRows = (report: Report): string => join(rows.renderRows(report));
export const renderLines = (report: Report): string => join(lines.renderLines(report));
export const renderMachine = (report: Report): string => join(machine.renderMachine(report));
export const renderDriftText = (drift: Drift, style: Style): string => join(driftText.renderDriftText(drift, style));
export const renderDriftRows = (drift: Drift): string => join(driftRows.renderDriftRows(drift));
export const renderFleetText = (fleet: Fleet, style: Style): string => join(fleetText.renderFleetText(fleet, style));
export const renderFleetRows = (fleet: Fleet): string => join(fleetRows.renderFleetRows(fleet));
