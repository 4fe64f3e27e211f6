// What the branches of a tree of sensors used. Numbers stay texts with all their digits.
import { answer, api, exactAnswer } from "./api.ts";

/** Last and before it, of one length each. */
export interface Windows {
  day: [last: string, before: string];
  week: [last: string, before: string];
  month: [last: string, before: string];
}

/** A branch, or the tree itself, which has no identifier. */
export interface EnergyRow {
  branch?: string;
  parent?: string;
  name: string;
  /** 0 of the tree itself. */
  depth: number;
  hasChildren: boolean;
  /** kW in the last whole minute, `null` where nothing is known. */
  power: string | null;
  /** kWh. */
  windows: Windows;
}

export interface Energy {
  name: string;
  /** The tree itself, then its branches as they hang together. */
  rows: EnergyRow[];
  /** Euros; 0 where no price is known. */
  costs: { day: string; week: string; month: string };
  /** Up to when readings count. */
  till: number;
}

export interface Used {
  start: number;
  end: number;
  /** kWh and euros, `null` where nothing is known. */
  energy: string | null;
  cost: string | null;
}

interface Node {
  id: string;
  name: string;
  children: Node[];
}

type Figures = Record<string, string>;

const windowsOf = (row: Figures = {}): Windows => {
  const pair = (span: string): [string, string] => [row[`energyKwhLast${span}`] ?? "0", row[`energyKwhPrev${span}`] ?? "0"];
  return { day: pair("24h"), week: pair("7d"), month: pair("30d") };
};

export async function askEnergy(treeId: string): Promise<Energy> {
  const path = { treeId };
  const [{ tree }, root, branches, last] = await Promise.all([
    answer(api.GET("/gsense/hierarchy/tree/{treeId}/", { params: { path } })),
    exactAnswer<Figures>(api.GET("/gsense/aggregation/tree/{treeId}/root-energy/", { params: { path }, parseAs: "text" })),
    exactAnswer<{ rows: Figures[] }>(api.GET("/gsense/aggregation/tree/{treeId}/branches-energy/", { params: { path }, parseAs: "text" })),
    exactAnswer<{ segments: Record<string, string | null>[] }>(api.GET("/gsense/aggregation/tree/{treeId}/segmentation/{cadence}/last-segment/", { params: { path: { ...path, cadence: "1m" } }, parseAs: "text" })),
  ]);
  const figures = new Map(branches.rows.map((row) => [row.branchId, row]));
  const powers = new Map(last.segments.map((segment) => [segment.branchId ?? undefined, segment.powerKwMean ?? null]));
  const rowsOf = (node: Node, depth: number, parent?: string): EnergyRow[] => [
    { branch: node.id, parent, name: node.name, depth, hasChildren: node.children.length > 0, power: powers.get(node.id) ?? null, windows: windowsOf(figures.get(node.id)) },
    ...node.children.flatMap((child) => rowsOf(child, depth + 1, node.id)),
  ];
  const whole: EnergyRow = { name: tree.name, depth: 0, hasChildren: false, power: powers.get(undefined) ?? null, windows: windowsOf(root) };
  const cost = (span: string) => root[`costEurLast${span}`] ?? "0";
  return {
    name: tree.name,
    rows: [whole, ...(tree.branches as Node[]).flatMap((node) => rowsOf(node, 1))],
    costs: { day: cost("24h"), week: cost("7d"), month: cost("30d") },
    till: Date.parse(root.dataOnUtc ?? ""),
  };
}

/** How a branch's history is cut: by UTC, as the API cuts it. */
export const ENERGY_SPANS = [
  { key: "lastDay", hours: 24, cadence: "15m" },
  { key: "lastWeek", hours: 7 * 24, cadence: "1h" },
  { key: "lastMonth", hours: 30 * 24, cadence: "1d" },
] as const;
export type EnergySpan = (typeof ENERGY_SPANS)[number];

const HOUR_MS = 3_600_000;

export async function askUsed(branchId: string, { hours, cadence }: EnergySpan): Promise<Used[]> {
  const end = Date.now();
  const query = { startTimeUtc: new Date(end - hours * HOUR_MS).toISOString(), endTimeUtc: new Date(end).toISOString() };
  const { rows } = await exactAnswer<{ rows: Record<string, string | null>[] }>(
    api.GET("/gsense/aggregation/branch/{branchId}/segmentation/{cadence}/history/", { params: { path: { branchId, cadence }, query }, parseAs: "text" }),
  );
  return rows.map((row) => ({ start: Date.parse(row.periodStart ?? ""), end: Date.parse(row.periodEnd ?? ""), energy: row.energyKwhSum ?? null, cost: row.costEurSum ?? null }));
}
