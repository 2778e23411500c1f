// `pnpm run release`: publishes every package whose version the registry does not have yet, after those it depends on.
// Run by .github/workflows/release.yml, and by the rehearsal against a registry of its own.
import { globSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { abortOnSignals, runStage } from '../stage.ts'
import { publishedVersions, refusals } from './gate.ts'

const root = process.cwd()
const reasons = await refusals(root)
for (const reason of reasons) console.error(`publishing refused: ${reason}`)
process.exitCode = reasons.length > 0 ? 1 : await release()

async function release(): Promise<number> {
  const { signal, exitCode } = abortOnSignals()
  const bin = join(root, 'node_modules/.bin')
  const boms = join(root, '.arlen/sbom')
  // From scratch, because leftovers of deleted sources would be packed.
  for (const old of [boms, ...globSync('packages/*/dist', { cwd: root })]) rmSync(old, { recursive: true, force: true })
  mkdirSync(boms, { recursive: true })
  const stages: Record<string, string[]> = {
    build: [join(bin, 'tsc'), '-b', 'tsconfig.build.json'],
    'bills of materials': ['pnpm', 'sbom', '--sbom-format', 'cyclonedx', '--prod', '--split'].concat([
      '--filter',
      './packages/*',
      '--out',
      join(boms, '%s-%v.cdx.json'),
    ]),
    publish: [join(bin, 'changeset'), 'publish', '--no-git-tag'],
  }
  for (const [name, command] of Object.entries(stages)) {
    const { ok, reason } = await runStage(name, command, { deadlineMs: 20 * 60_000, signal })
    if (ok) continue
    console.error(`${name} failed: ${reason}`)
    return exitCode() || 1
  }
  console.log(`published ${publishedVersions(root)}; bills of materials are in ${boms}`)
  return 0
}
