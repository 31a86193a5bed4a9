// Every HTML page of the program, as one string each.

import type { Drift } from '../../src/documents/generated/drift.ts';
import type { Fleet } from '../../src/documents/generated/fleet.ts';
import type { Plan } from '../../src/documents/generated/plan.ts';
import type { Report } from '../../src/documents/generated/report.ts';
import * as check from '../../src/render/html/check.ts';
import * as fleetPage from '../../src/render/html/fleet/page.ts';
import * as plan from '../../src/render/html/plan.ts';
import * as scan from '../../src/render/html/scan/page.ts';

const join = (pieces: Iterable<string>): string => [...pieces].join('');

export const renderCheckPage = (drift: Drift): string => join(check.renderCheckPage(drift));
export const renderFleetPage = (fleet: Fleet): string => join(fleetPage.renderFleetPage(fleet));
export const renderPlanPage = (of: Plan): string => join(plan.renderPlanPage(of));
export const renderScanPage = (report: Report): string => join(scan.renderScanPage(report));

/** The page of a document, by the name of its schema. */
export const pageOf: Readonly<Record<'drift' | 'fleet' | 'plan' | 'report', (document: never) => string>> = {
  drift: renderCheckPage,
  fleet: renderFleetPage,
  plan: renderPlanPage,
  report: renderScanPage,
};
