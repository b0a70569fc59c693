export type { FieldOf, Predicate, Scalar, ValueAt } from "./routing/predicate.ts";
export type { RouterOptions } from "./routing/router-options.ts";
export { type Router, router } from "./routing/router.ts";
export { type SubjectMessage, type SubjectRouter, subjectRouter } from "./routing/subject-router.ts";
export type { Subscription } from "./routing/subscription.ts";
export type { SlowTarget, TargetOptions } from "./routing/target-options.ts";
export type { TakesEvents, Target } from "./routing/target.ts";
