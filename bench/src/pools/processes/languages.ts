import { spawnSync } from "node:child_process";

export type Language = "node" | "rust" | "python" | "bash";

const PROGRAM: Readonly<Record<Language, string>> = { node: process.execPath, rust: "rustc", python: "python3", bash: "bash" };

/** Why a language cannot be measured here; `undefined` when it can. */
export function lacks(language: Language): string | undefined {
  const { error, status } = spawnSync(PROGRAM[language], ["--version"], { stdio: "ignore" });
  return error === undefined && status === 0 ? undefined : `there is no ${PROGRAM[language]} on this machine`;
}
