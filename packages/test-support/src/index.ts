export { type Death, type Deed, deeds, QuotaError } from "./deeds/deed.ts";
export { doneDeeds } from "./deeds/done-deeds.ts";
export { FakeClock, turns } from "./fake-clock.ts";
export { rejection, until } from "./until.ts";
