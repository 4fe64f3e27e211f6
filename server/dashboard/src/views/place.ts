// A part of the page whose view stands as long as it shows the same: a field that is made anew loses what
// was typed in it, and a frame that is only moved begins from its start.
import { h, replaceKeepingInput } from "../dom.ts";
import type { View } from "./view.ts";

export class Place {
  #view: View = { element: h("div") };
  #of: string | undefined;
  #content: string | undefined;

  get element(): HTMLElement {
    return this.#view.element;
  }

  get view(): View {
    return this.#view;
  }

  /**
   * Shows a view `of` something, whose elements follow from `content`. A view of the same with the same
   * content stands, and hears that the plant is another; of the same with other content it is made anew
   * and keeps the focus and what was typed.
   */
  show(of: string, content: unknown, make: () => View): void {
    const text = JSON.stringify(content);
    if (of === this.#of && text === this.#content) return this.#view.renew?.();
    const former = this.#view;
    former.close?.();
    this.#view = make();
    if (of === this.#of) replaceKeepingInput(former.element, this.#view.element);
    else former.element.replaceWith(this.#view.element);
    this.#of = of;
    this.#content = text;
  }

  close(): void {
    this.#view.close?.();
  }
}
