/** A part of the page that follows the plant. */
export interface View {
  element: HTMLElement;
  /** New readings of these parameters. */
  readings?(ids: number[]): void;
  /** Device states changed, or a second passed. */
  tick?(): void;
  /** The plant was loaded anew; what the view's elements follow from is as it was. */
  renew?(): void;
  close?(): void;
}
