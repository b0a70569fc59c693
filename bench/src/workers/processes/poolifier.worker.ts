import { ClusterWorker } from "poolifier";
import { echo, noOp } from "../work.ts";

export default new ClusterWorker({ noOp, echo } as unknown as ConstructorParameters<typeof ClusterWorker>[0]);
