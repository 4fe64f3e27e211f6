import assert from "node:assert/strict";
import { test } from "node:test";
import { check, compare, either, named, parse } from "./compare.mjs";

const seed = { id: 1, name: "A", on: "2020-05-06T22:28:54.331Z", list: [{ x: 1 }, { x: 2 }], 7: { roomName: "Room 1" } };
const paths = (/** @type {any} */ ours, /** @type {Set<string>} */ allowed = new Set()) =>
  compare(seed, ours, { allowed }).map((one) => one.path);

test("identifiers and instants may differ, and nothing else", () => {
  assert.deepEqual(paths({ ...seed, id: 5, on: "2026-01-01T00:00:00.000Z" }), []);
  assert.deepEqual(paths({ ...seed, name: "B" }), ["name"]);
  assert.deepEqual(paths({ ...seed, list: [{ x: 1 }, { x: 3 }] }), ["list[].x"]);
  assert.deepEqual(paths({ ...seed, list: [{ x: 1 }] }), ["list.length"]);
});

test("kinds are told apart", () => {
  assert.deepEqual(paths({ ...seed, id: "1" }), ["id"]);
  assert.deepEqual(paths({ ...seed, on: "2026-01-01T00:00:00Z" }), ["on"], "another number of digits");
  assert.deepEqual(paths({ ...seed, on: "2026-01-01 00:00:00" }), ["on"]);
  assert.deepEqual(paths({ ...seed, name: null }), ["name"]);
});

test("fields that are missing or new are named", () => {
  const { name: _, ...without } = seed;
  assert.deepEqual(paths(without), ["name"]);
  assert.deepEqual(paths({ ...seed, more: 1 }), ["more"]);
  assert.deepEqual(paths({ ...seed, more: 1 }, named({ "more?": "number" })), []);
});

test("what an example leaves out may be anything", () => {
  const shown = parse(`{ "a": [...], "b": "...", "c": { ... }, "d": { "e": "{...}", ... } }`);
  assert.deepEqual(compare(shown, { a: [1], b: {}, c: { d: 2 }, d: { e: "{...}", f: 1 } }), []);
  assert.deepEqual(compare(shown, { a: [1], b: {}, c: { d: 2 }, d: { e: "", f: 1 } }).map((one) => one.path), ["d.e"]);
});

test("named fields have to be there, of their kind, and alone", () => {
  const fields = { id: "number", "on?": "instant", devices: [{ name: "string" }], "*": "boolean" };
  assert.deepEqual(check(fields, { id: 1, devices: [{ name: "a" }], more: true }), []);
  assert.deepEqual(check(fields, { devices: [{ name: 1, x: 2 }], more: 1 }).map((one) => one.path),
    ["id", "devices[].name", "devices[].x", "more"]);
  assert.deepEqual(check(either({ ok: "number" }, { err: "string" }), { err: "e" }), []);
  assert.deepEqual(check(either({ ok: "number" }, { err: "string" }), { bad: "e" }).map((one) => one.path), ["ok", "bad"]);
});
