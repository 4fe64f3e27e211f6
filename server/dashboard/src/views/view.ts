/** A part of the page that follows the plant. */
export interface View {
  element: HTMLElement;
  /** New readings of these parameters. */
  readings?(ids: number[]): void;
  /** Device states changed, or a second passed. */
  tick?(): void;
  close?(): void;
}
