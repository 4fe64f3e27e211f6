// An alert as it is edited, and what it would have done so far.
import { askAlert, KINDS, kindText, levelText, LEVELS, ruleOf, saveRule, STAGES, stageText, wayText, WAYS, type Action, type Condition, type FollowUp, type Kind, type Level, type Rule, type Stage, type Way } from "../alerts.ts";
import { h, setText } from "../dom.ts";
import { explain } from "../errors.ts";
import { isText, type Plant } from "../plant.ts";
import { preview, type Outcome } from "../preview.ts";
import { link, open } from "../route.ts";
import { currentLocale, moment, span, word } from "../words.ts";
import type { View } from "./view.ts";

/** Events of a preview that are listed, the newest. */
const MOST_LISTED = 50;

/** What is edited and not saved, by alert: it outlives another view and another language. */
const drafts = new Map<string, Rule>();

const emptyRule = (): Rule => ({ name: "", description: "", conditionLogic: "all", logAs: "warning", conditions: [{ kind: "g" }], actions: [], followUps: [] });

type Told = (Action & { stage?: undefined }) | FollowUp;

const options = <Code extends string>(codes: readonly Code[], text: (code: Code) => string, chosen: Code | undefined) =>
  codes.map((code) => h("option", { value: code, selected: code === chosen }, text(code)));

function field(label: string, input: HTMLElement): HTMLElement {
  return h("label", { class: "field" }, label, input);
}

/** A comma is a decimal sign in three of the four languages. */
const decimal = (text: string): string => text.trim().replace(",", ".");

function conditionRow(plant: Plant, condition: Condition, index: number, change: (again?: boolean) => void, remove: () => void): HTMLElement {
  const param = plant.params.get(condition.paramId ?? 0);
  const groups = [...plant.devices.values()].map((device) => h("optgroup", { label: `${device.net.name} · ${device.name}` },
    ...plant.paramsOf(device).filter((param) => !isText(param)).map(({ paramId, info }) => h("option", { value: String(paramId), selected: paramId === condition.paramId }, info?.name ?? ""))));
  const choose = h("select", { "data-testid": `condition-param-${index}`, change: () => {
    condition.paramId = Number(choose.value) || undefined;
    change(true);
  } }, h("option", { value: "" }, "—"), ...groups);
  const kind = h("select", { "data-testid": `condition-kind-${index}`, change: () => {
    condition.kind = kind.value as Kind;
    change(true);
  } }, ...options(KINDS, kindText, condition.kind));
  const choices = param ? plant.choices(param) : [];
  const present = condition.value === undefined ? "" : String(condition.value);
  const take = () => {
    condition.value = decimal(value.value);
    change();
  };
  const value = choices.length > 0
    ? h("select", { change: take, "data-testid": `condition-value-${index}` }, ...(choices.some(([code]) => code === present) ? [] : [h("option", { value: present }, present)]), ...choices.map(([code, text]) => h("option", { value: code, selected: code === present }, text)))
    : h("input", { inputmode: "decimal", autocomplete: "off", value: present, input: take, "data-testid": `condition-value-${index}` });
  const unit = param?.unit && choices.length === 0 ? ` (${param.unit})` : "";
  return h("li", { class: "row fields" }, field(word("parameter"), choose), field(word("comparison"), kind), condition.kind !== "reading-error" && field(`${word("value")}${unit}`, value),
    h("button", { class: "quiet", type: "button", click: remove, "aria-label": `${word("remove")}: ${index + 1}`, "data-testid": `condition-remove-${index}` }, "✕"));
}

function toldRow(told: Told, index: number, change: (again?: boolean) => void, restage: (stage: string) => void, remove: () => void): HTMLElement {
  const stage = h("select", { "data-testid": `told-stage-${index}`, change: () => restage(stage.value) }, h("option", { value: "", selected: told.stage === undefined }, stageText()), ...options(STAGES, stageText, told.stage));
  const minutes = h("input", { type: "number", min: "0", step: "1", value: String(told.timeoutMinutes), "data-testid": `told-minutes-${index}`, input: () => {
    told.timeoutMinutes = Number(minutes.value);
    change();
  } });
  // A follow-up without a message is none.
  const ways = told.stage === undefined ? WAYS : WAYS.filter((way) => way !== "");
  const way = h("select", { "data-testid": `told-way-${index}`, change: () => {
    told.type = way.value as Way;
    change(true);
  } }, ...options(ways, wayText, told.type ?? ""));
  const to = h("input", { autocomplete: "off", value: told.recepient ?? "-", title: word("recipientHint"), "aria-description": word("recipientHint"), "data-testid": `told-to-${index}`, input: () => {
    told.recepient = to.value.trim();
    change();
  } });
  return h("li", { class: "row fields" }, field(word("whenSent"), stage), field(word("afterMinutes"), minutes), field(word("way"), way), (told.type ?? "") !== "" && field(word("recipient"), to),
    h("button", { class: "quiet", type: "button", click: remove, "aria-label": `${word("remove")}: ${index + 1}`, "data-testid": `told-remove-${index}` }, "✕"));
}

function fact(label: string, value: string, name: string): HTMLElement {
  return h("div", {}, h("dt", {}, label), h("dd", { "data-testid": name }, value));
}

const lengthOf = (ms: number): string => span(ms / 1000);

/** What one SMS costs, which no provider tells beforehand. */
const price = { read: (): string => localStorage.getItem("smsPrice") ?? "", keep: (text: string): void => localStorage.setItem("smsPrice", text) };

function outcomeView(outcome: Outcome): HTMLElement {
  const { occurrences, totalMs, longestMs, messages, readings, stepMs, from, till } = outcome;
  const sms = messages.filter(({ type }) => type === "sms").reduce((sum, { count }) => sum + count, 0);
  const cost = h("dd", { "data-testid": "preview-cost" });
  const input = h("input", { inputmode: "decimal", autocomplete: "off", value: price.read(), "data-testid": "sms-price", input: () => {
    price.keep(decimal(input.value));
    reckon();
  } });
  const reckon = () => {
    const each = Number(decimal(input.value));
    setText(cost, input.value.trim() === "" || !Number.isFinite(each) ? "—" : new Intl.NumberFormat(currentLocale(), { maximumFractionDigits: 2, minimumFractionDigits: 2 }).format(each * sms));
  };
  reckon();
  const total = messages.reduce((sum, { count }) => sum + count, 0);
  const flapping = occurrences.filter(({ isFlapping }) => isFlapping).length;
  const facts = h("dl", { class: "facts" }, fact(word("eventCount"), String(occurrences.length), "preview-events"), fact(word("totalTime"), lengthOf(totalMs), "preview-total"), fact(word("longest"), lengthOf(longestMs), "preview-longest"),
    fact(word("messages"), String(total), "preview-messages"), flapping > 0 && fact(word("flapping"), String(flapping), "preview-flapping"), sms > 0 && h("div", {}, h("dt", {}, word("smsCost")), cost));
  const told = messages.map(({ type, recepient, count }) => h("li", {}, `${wayText(type as Way)} → ${recepient === "-" || recepient === "" ? word("organization") : recepient}: ${count}`));
  const rows = occurrences.slice(-MOST_LISTED).reverse().map((each) => h("tr", {}, h("th", { scope: "row" }, moment(each.from)), h("td", {}, each.till === undefined ? word("stillActive") : moment(each.till)), h("td", { class: "value" }, lengthOf((each.till ?? till) - each.from))));
  const heads = (["started", "ended"] as const).map((key) => h("th", { scope: "col", class: "where" }, word(key)));
  const how = stepMs > 1000 ? ` · ${word("firstOfStep").replace("{}", lengthOf(stepMs))}` : "";
  return h("div", {}, facts, sms > 0 && h("div", { class: "row fields" }, field(word("smsPrice"), input)), h("ul", { class: "plain" }, ...told),
    rows.length > 0 && h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": word("eventCount") }, h("table", {}, h("thead", {}, h("tr", {}, ...heads, h("th", {}))), h("tbody", {}, ...rows))),
    h("p", { class: "where", "data-testid": "preview-basis" }, `${moment(from)} – ${moment(till)} · ${word("basedOn").replace("{}", String(readings))}${how}`));
}

export function ruleView(plant: Plant, id?: number): View {
  const key = `${plant.orgId}/${id ?? "new"}`;
  const place = h("div");
  const failure = h("p", { class: "error", role: "alert", "data-testid": "rule-failure" });
  const title = h("h1", { tabindex: "-1" }, word(id === undefined ? "newAlert" : "alerts"));
  let isOpen = true;
  const begin = async () => {
    try {
      const rule = drafts.get(key) ?? (id === undefined ? emptyRule() : ruleOf(await askAlert(id)));
      // Before the stream has said which parameters there are, none can be chosen.
      await plant.known;
      if (!isOpen) return;
      drafts.set(key, rule);
      if (id !== undefined) setText(title, rule.name);
      place.replaceChildren(editor(plant, rule, id, key));
    } catch (error) {
      setText(failure, explain(error));
    }
  };
  void begin();
  return {
    element: h("main", { class: "content", id: "content" }, h("header", { class: "title" }, h("div", {}, h("p", { class: "where" }, h("a", { href: link({ view: "alerts" }) }, word("alerts"))), title)), failure, place),
    close: () => {
      isOpen = false;
    },
  };
}

function editor(plant: Plant, rule: Rule, id: number | undefined, key: string): HTMLElement {
  const result = h("div", { "data-testid": "preview" });
  const status = h("p", { class: "where", role: "status", "data-testid": "preview-status" });
  const saved = h("p", { class: "result", role: "status", "data-testid": "rule-result" });
  const conditions = h("ul", { class: "plain" });
  const told = h("ul", { class: "plain" });
  const problems = new Map(["name", "conditions", "actions", "followUps"].map((name) => [name, h("p", { class: "error", role: "alert", id: `problem-${name}`, "data-testid": `problem-${name}` })]));
  const problem = (name: string) => problems.get(name) ?? saved;

  // What was tried is of another rule by now.
  const changed = () => {
    setText(status, "");
    result.replaceChildren();
    setText(saved, "");
  };
  const draw = () => {
    const again = (redraw?: boolean) => {
      changed();
      if (redraw) redrawAll();
    };
    conditions.replaceChildren(...rule.conditions.map((condition, index) => conditionRow(plant, condition, index, again, () => {
      rule.conditions.splice(index, 1);
      again(true);
      add.focus();
    })));
    const all: Told[] = [...rule.actions, ...rule.followUps];
    const split = (next: Told[]) => {
      rule.actions = next.filter((each): each is Action & { stage?: undefined } => each.stage === undefined);
      rule.followUps = next.filter((each): each is FollowUp => each.stage !== undefined);
      again(true);
    };
    told.replaceChildren(...all.map((each, index) => toldRow(each, index, again, (stage) => {
      const { stage: _, ...rest } = each;
      const next: Told = stage === "" ? rest : { ...rest, type: rest.type || "email", stage: stage as Stage };
      split(all.map((other) => (other === each ? next : other)));
    }, () => {
      split(all.filter((other) => other !== each));
      addTold.focus();
    })));
  };
  /** With the focus where it was. */
  const redrawAll = () => {
    const held = document.activeElement?.getAttribute("data-testid");
    draw();
    if (held) form.querySelector<HTMLElement>(`[data-testid="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
  };

  const name = h("input", { id: "rule-name", required: true, maxlength: "200", autocomplete: "off", value: rule.name, "aria-describedby": "problem-name", "data-testid": "rule-name", input: () => {
    rule.name = name.value;
  } });
  const description = h("input", { id: "rule-description", autocomplete: "off", value: rule.description ?? "", "data-testid": "rule-description", input: () => {
    rule.description = description.value;
  } });
  const level = h("select", { "data-testid": "rule-level", change: () => {
    rule.logAs = level.value as Level;
  } }, ...options(LEVELS, levelText, rule.logAs));
  const logic = h("select", { "data-testid": "rule-logic", change: () => {
    rule.conditionLogic = logic.value === "any" ? "any" : "all";
    changed();
  } }, ...options(["all", "any"] as const, (code) => word(code === "all" ? "logicAll" : "logicAny"), rule.conditionLogic));
  const add = h("button", { class: "secondary", type: "button", "data-testid": "add-condition", click: () => {
    rule.conditions.push({ kind: "g" });
    changed();
    draw();
    conditions.querySelector<HTMLElement>("li:last-child select")?.focus();
  } }, word("addCondition"));
  const addTold = h("button", { class: "secondary", type: "button", "data-testid": "add-told", click: () => {
    rule.actions.push({ timeoutMinutes: 0, type: "email", recepient: "-" });
    changed();
    draw();
    told.querySelector<HTMLElement>(`li:nth-child(${rule.actions.length}) select`)?.focus();
  } }, word("addAction"));

  const isComplete = () => rule.conditions.length > 0 && rule.conditions.every(({ paramId, kind, value }) => paramId !== undefined && (kind === "reading-error" || (value !== undefined && /^-?\d+(\.\d+)?$/.test(String(value)))));
  const tryIt = async () => {
    changed();
    setText(problem("conditions"), isComplete() ? "" : word("needsValue"));
    if (!isComplete()) return;
    trial.disabled = true;
    setText(status, word("trying"));
    const tried = JSON.stringify(rule);
    try {
      const outcome = await preview(plant, rule);
      // Of a rule that was changed meanwhile it would say nothing.
      if (tried !== JSON.stringify(rule)) return;
      setText(status, outcome ? `${word("eventCount")}: ${outcome.occurrences.length}` : word("noHistory"));
      if (outcome) result.replaceChildren(outcomeView(outcome));
    } catch (error) {
      setText(status, explain(error));
    } finally {
      trial.disabled = false;
    }
  };
  const trial = h("button", { class: "secondary", type: "button", click: () => void tryIt(), "data-testid": "try" }, word("tryIt"));
  const save = h("button", { class: "primary", "data-testid": "rule-save" }, word("switchOn"));
  const submit = async (event: Event) => {
    event.preventDefault();
    problems.forEach((each) => setText(each, ""));
    setText(saved, "");
    if (!isComplete()) return void setText(problem("conditions"), word("needsValue"));
    save.disabled = true;
    try {
      const { result: outcome, errors } = await saveRule(plant.orgId, id, rule);
      saved.classList.toggle("bad", outcome === "error");
      if (outcome === "success") {
        drafts.delete(key);
        return open(id === undefined ? { view: "alerts" } : { view: "alert", id });
      }
      setText(saved, word("correctRule"));
      for (const [name, text] of Object.entries(errors)) setText(problem(name), text);
    } catch (error) {
      saved.classList.add("bad");
      setText(saved, explain(error));
    } finally {
      save.disabled = false;
    }
  };
  const cancel = h("a", { class: "quiet", href: link(id === undefined ? { view: "alerts" } : { view: "alert", id }), click: () => void drafts.delete(key), "data-testid": "rule-cancel" }, word("cancel"));
  const form = h("form", { class: "rule", submit: (event) => void submit(event) },
    h("section", { class: "card" }, h("div", { class: "row fields" }, field(word("name"), name), field(word("description"), description), field(word("level"), level)), problem("name")),
    h("section", { class: "card" }, h("h2", {}, word("conditions")), h("div", { class: "row fields" }, field(word("when"), logic)), conditions, problem("conditions"), add),
    h("section", { class: "card" }, h("h2", {}, word("actions")), told, problem("actions"), problem("followUps"), addTold),
    h("section", { class: "card" }, h("h2", {}, word("preview")), h("p", { class: "where" }, word("previewHint")), h("div", { class: "row" }, trial), status, result),
    h("div", { class: "row" }, save, cancel), saved);
  draw();
  return form;
}
