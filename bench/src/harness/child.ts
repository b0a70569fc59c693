// Runs one contender once and prints its figure: the program of every process that measures something.
import { grounds } from "../cases/grounds.ts";
import { fullEffort, smokeEffort } from "./effort.ts";
import type { Turn } from "./run-child.ts";

const turn = JSON.parse(process.argv[2] ?? "{}") as Turn;
const load = grounds[turn.ground];
if (load === undefined) throw new Error(`There is no ground "${turn.ground}"`);
const { cases } = await load();
const contender = cases.find(({ id }) => id === turn.case)?.contenders.find(({ name }) => name === turn.contender);
if (contender === undefined) throw new Error(`There is no contender "${turn.contender}" in "${turn.ground}/${turn.case}"`);

const figure = await contender.measure(turn.smoke ? smokeEffort : fullEffort);
// Ends here whatever a contender left running: its counts were checked, and the next one starts afresh.
process.stdout.write(String(figure), () => process.exit(0));
