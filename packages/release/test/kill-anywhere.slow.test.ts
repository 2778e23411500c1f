import { mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, expect, test } from 'vitest'
import {
  activateRelease,
  archiveRelease,
  findChanges,
  listReleases,
  pruneReleases,
  rollbackRelease,
} from '../src/index.ts'
import { removeTree } from '../src/target/target-folder.ts'
import { failAtCall } from './fail-at-call.ts'
import { countCalls, newTarget, options, running, stopBefore, type Work } from './stop-before-call.ts'
import { writeRelease } from './support.ts'

afterEach(() => {
  failAtCall(0, 'freeze')
})

/** A target in which r2 runs after r1, and r0 is old. */
async function usedTarget(): Promise<string> {
  const target = await newTarget()
  await writeRelease(join(target, 'releases'), { id: 'r0' })
  await activateRelease({ target, release: 'r2', ...options })
  return target
}

let archive: string
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'arlen-killed-'))
  archive = (await archiveRelease(await writeRelease(folder, { id: 'r3' }))).file
  return () => removeTree(folder)
})

test.each<[string, Work, string[]]>([
  ['a rollback', target => rollbackRelease({ target, ...options }), ['r1', 'r2']],
  ['a release that is unpacked', target => activateRelease({ target, release: archive, ...options }), ['r2', 'r3']],
  ['a clean-up', target => pruneReleases({ target, keep: 1 }), ['r2']],
])(
  '%s that ends before any one of its changes leaves a whole release, and the next command clears up',
  async (_, work, either) => {
    const calls = await countCalls(work, usedTarget)
    const left = new Set<string>()
    for (let call = 1; call <= calls; call++) {
      const target = await usedTarget()
      await stopBefore(target, call, work)
      left.add(running(target))
      expect(await activateRelease({ target, release: 'r1', ...options }), `call ${call}`).toMatchObject({ to: 'r1' })
      const names = [target, join(target, 'releases'), join(target, '.arlen')].flatMap(folder => readdirSync(folder))
      expect(names.filter(name => /^\.(?:current|incoming|removed)-|partial$|^lock$|^ongoing/.test(name))).toEqual([])
      for (const { id } of await listReleases(target)) {
        expect(await findChanges(join(target, 'releases', id)), `${id} after call ${call}`).toEqual([])
      }
    }
    expect([...left].sort()).toEqual(either)
  },
)
