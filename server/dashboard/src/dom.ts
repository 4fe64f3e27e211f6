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
  const held = document.activeElement?.getAttribute("data-testid");
  place.replaceChildren(...children);
  if (held) place.querySelector<HTMLElement>(`[data-testid="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
}

/** A question in the way of everything else; true if it was agreed to. */
export function confirm(title: string, yes: string, no: string, ...content: Child[]): Promise<boolean> {
  return new Promise((resolve) => {
    const agree = h("button", { class: "primary", value: "yes", "data-testid": "confirm-yes" }, yes);
    const dialog = h("dialog", { class: "card dialog", "aria-labelledby": "dialog-title", close: () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    } }, h("form", { method: "dialog" }, h("h2", { id: "dialog-title" }, title), ...content,
      h("div", { class: "row end" }, h("button", { class: "quiet", value: "", "data-testid": "confirm-no" }, no), agree)));
    document.body.append(dialog);
    dialog.showModal();
    agree.focus();
  });
}
