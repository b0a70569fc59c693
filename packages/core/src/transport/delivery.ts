import type { Frame } from "./frame.ts";

/** A frame on loan to one receiver. */
export interface Delivery {
  readonly frame: Frame;
  /** How many times the frame was lent out, from 1; a hand-back without charge does not count. */
  readonly attempt: number;
  /** Grows with every loan of this frame; a settle with an older one changes nothing. */
  readonly fence: number;
}
