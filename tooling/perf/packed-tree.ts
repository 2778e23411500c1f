import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { installPacked, linkFrom, neededBy, packagesOf, type TreePackage } from '../packed.ts'

/** Where the scenarios are, from the root, and the servers that they start. */
export const GATE = 'benchmarks/gate'

/** What the servers of the scenarios import, of ours and of others. */
const IMPORTED = 'arlen'
const LINKED = ['valibot']

/**
 * Makes a folder in which the scenarios' servers run on the packages of a working tree as they are published: packed, with their
 * bundles. What is measured is what users install.
 */
export async function packTree(tree: string, folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
  const packages = packagesOf(tree)
  await Promise.all(closureOf(IMPORTED, packages).map(each => installPacked(each, packages, folder)))
  for (const name of LINKED) linkFrom(join(tree, 'benchmarks'), name, folder)
  rmSync(join(folder, 'packed'), { recursive: true, force: true })
}

/** Puts the servers of the scenarios of `root` beside the packages. */
export function copyServers(root: string, folder: string): void {
  const servers = join(folder, 'gate/servers')
  if (existsSync(servers)) rmSync(servers, { recursive: true })
  cpSync(join(root, GATE, 'servers'), servers, { recursive: true })
}

/** A package and what it needs of the same tree. */
function closureOf(name: string, packages: readonly TreePackage[]): TreePackage[] {
  const found = new Set<TreePackage>()
  const visit = (each: string) => {
    const one = packages.find(({ manifest }) => manifest.name === each)
    if (!one || found.has(one)) return
    found.add(one)
    for (const needed of neededBy(one.manifest)) visit(needed)
  }
  visit(name)
  return [...found]
}
