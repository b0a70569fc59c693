import { join, relative } from "node:path";
import { rolldown } from "rolldown";
import { workspacePackages } from "../workspace/workspace-package.ts";

/** What a small import must not bring along: from package, name, and the folders of `dist/` that must stay away. */
const small = [
  { id: "core", name: "JobError", without: ["processor", "pipeline", "codec", "job"] },
  { id: "core", name: "defineJob", without: ["processor", "pipeline", "codec"] },
] as const;

/** Bundles small imports of the built packages and looks at what came along; an import that is not used must vanish. */
export async function treeShaking(): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const { id, folder, manifest } of workspacePackages()) {
    if (manifest.private === true || manifest.publishConfig?.exports?.["."] === undefined) continue;
    const dist = join(folder, "dist");
    const index = JSON.stringify(join(dist, "index.js"));
    const left = await modulesOf(`import * as unused from ${index};`);
    if (left.length > 0)
      problems.push(`${id}: a bundle that uses nothing of it keeps ${left.map((file) => relative(dist, file)).join(", ")}`);
    for (const { name, without } of small.filter((one) => one.id === id)) {
      const modules = (await modulesOf(`export { ${name} } from ${index};`)).map((file) => relative(dist, file));
      const heavy = modules.filter((file) => without.some((unwanted) => file.startsWith(`${unwanted}/`)));
      if (modules.length === 0) problems.push(`${id}: ${name} is not in the bundle that asks for it`);
      if (heavy.length > 0) problems.push(`${id}: importing ${name} brings ${heavy.join(", ")} along`);
    }
  }
  return problems;
}

/** The files that have code in the bundle of this source. Other packages stay imports, as in a library's own bundle. */
async function modulesOf(source: string): Promise<readonly string[]> {
  const entry = "\0entry";
  const bundled = await rolldown({
    input: "entry",
    platform: "node",
    external: (id) => !/^[./\0]|^entry$/.test(id),
    plugins: [
      {
        name: "entry",
        resolveId: (id) => (id === "entry" ? entry : undefined),
        load: (id) => (id === entry ? source : undefined),
      },
    ],
  });
  const { output } = await bundled.generate();
  await bundled.close();
  const modules = output.flatMap((part) => (part.type === "chunk" ? Object.entries(part.modules) : []));
  return modules.filter(([id, { renderedLength }]) => id !== entry && renderedLength > 0).map(([id]) => id);
}
