// Worker files import this, unbuilt and also on Node 22, which does not read `await using`: suites have entries of their own.
export { type Death, type Deed, deeds, QuotaError } from "./deeds/deed.ts";
export { doneDeeds } from "./deeds/done-deeds.ts";
export { doneRows } from "./rows/done-rows.ts";
export { KINDS, type RowRequest, rows, type Told } from "./rows/row.ts";
export { FakeClock, turns } from "./fake-clock.ts";
export { rejection, until } from "./until.ts";
