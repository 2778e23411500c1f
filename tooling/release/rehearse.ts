// `make release-rehearsal`: a complete release, in a clone of this commit and against a registry on the loopback. It ends
// with an application that was installed from there and responds.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRegistry } from '../registry/registry.ts'
import { seconds } from '../stage.ts'
import { cleanCommit } from './checked.ts'
import { createAndAsk } from './rehearsal/application.ts'
import { cloneRepository } from './rehearsal/clone.ts'
import { release, releaseCandidate, showRefusals } from './rehearsal/steps.ts'

const root = join(import.meta.dirname, '../..')
const started = performance.now()
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'arlen-rehearsal-')))
const registry = await startRegistry()
try {
  if ((await cleanCommit(root)) === undefined) say('what is not committed takes no part in this rehearsal')
  const clone = await cloneRepository(root, join(folder, 'repository'), registry.env)
  await showRefusals(clone, say)
  await release(clone, registry, say)
  await releaseCandidate(clone, registry, say)
  await createAndAsk(join(folder, 'user'), registry.env, say)
  say(`rehearsed in ${seconds(performance.now() - started)}; nothing has left this machine`)
} finally {
  await registry.close()
  rmSync(folder, { recursive: true, force: true })
}

function say(line: string): void {
  console.log(`rehearsal: ${line}`)
}
