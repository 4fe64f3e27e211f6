// A few lines instead of a framework: elements from a tag, attributes and children.

type Child = Node | string | null | undefined | false;
type Attribute = string | EventListener | boolean | undefined;

export function h<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Record<string, Attribute> = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (typeof value === "string") element.setAttribute(name, value);
  }
  element.append(...children.filter((child): child is Node | string => child !== null && child !== undefined && child !== false));
  return element;
}

/** Changes a text only if it differs, so that a screen reader hears real changes alone. */
export function setText(element: Element, text: string): boolean {
  if (element.textContent === text) return false;
  element.textContent = text;
  return true;
}

/** Where changes that matter are spoken; it outlives the views. */
const speaker = h("p", { class: "spoken", "aria-live": "polite", "data-testid": "spoken" });

export function speak(text: string): void {
  if (!speaker.isConnected) document.body.append(speaker);
  setText(speaker, text);
}

/** Replaces children and gives the focus back to the element of the same name. */
export function replaceKeepingFocus(place: HTMLElement, ...children: Node[]): void {
  const held = place.contains(document.activeElement) ? nameOf(document.activeElement) : undefined;
  place.replaceChildren(...children);
  if (held) place.querySelector<HTMLElement>(held)?.focus({ preventScroll: true });
}

/** By what an element is found again in a part that was made anew. */
function nameOf(element: Element | null): string | undefined {
  const name = element?.getAttribute("data-testid");
  if (name) return `[data-testid="${CSS.escape(name)}"]`;
  if (element?.id) return `#${CSS.escape(element.id)}`;
  return element?.matches("h1") ? "h1" : undefined;
}

type Field = HTMLInputElement | HTMLSelectElement;

const isTouched = (field: Field): boolean =>
  field instanceof HTMLInputElement ? field.value !== field.defaultValue : [...field.options].some((option) => option.selected !== option.defaultSelected);

/** Puts a part of the page in another's place, with the focus and what was typed in the former. */
export function replaceKeepingInput(former: HTMLElement, next: HTMLElement): void {
  const held = former.contains(document.activeElement) ? nameOf(document.activeElement) : undefined;
  const fields = [...former.querySelectorAll<Field>("input, select")].filter(isTouched);
  const typed = fields.flatMap((field) => {
    const name = nameOf(field);
    return name ? [{ name, value: field.value, cursor: "selectionEnd" in field ? field.selectionEnd : null }] : [];
  });
  former.replaceWith(next);
  for (const { name, value, cursor } of typed) {
    const field = next.querySelector<Field>(name);
    if (!field) continue;
    field.value = value;
    if (cursor !== null && field instanceof HTMLInputElement) field.setSelectionRange(cursor, cursor);
  }
  if (held) next.querySelector<HTMLElement>(held)?.focus({ preventScroll: true });
}

/** A question in the way of everything else; true if it was agreed to. Without a way to refuse it is only closed. */
export function confirm(title: string, yes: string, no: string, ...content: Child[]): Promise<boolean> {
  return new Promise((resolve) => {
    const agree = h("button", { class: no === "" ? "secondary" : "primary", value: "yes", "data-testid": "confirm-yes" }, yes);
    // No button of the form, so that Enter in a field agrees.
    const refuse = no !== "" && h("button", { class: "quiet", type: "button", click: () => dialog.close(""), "data-testid": "confirm-no" }, no);
    const dialog = h("dialog", { class: "card dialog", "aria-labelledby": "dialog-title", close: () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    } }, h("form", { method: "dialog" }, h("h2", { id: "dialog-title" }, title), ...content,
      h("div", { class: "row end" }, refuse, agree)));
    document.body.append(dialog);
    dialog.showModal();
    (dialog.querySelector<HTMLElement>("input, select") ?? agree).focus();
  });
}
