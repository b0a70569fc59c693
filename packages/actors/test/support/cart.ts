import { job } from "@job-orch/core";

export interface Add {
  readonly cart: string;
  readonly add: number;
}
export interface Cart {
  total: number;
}

/** Adds to what is in a cart. */
export const addJob = job<Add, number, Cart>()({ name: "cart", run: ({ add }, cart) => (cart.total += add) });
export const options = { key: ({ cart }: Add) => cart, activate: () => ({ total: 0 }) };
