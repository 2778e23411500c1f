import { readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { initTarget } from '../src/index.ts'
import { releaseIds, targetFolder } from '../src/target/target-folder.ts'
import { type FakeRelease, temporaryFolder, writeRelease } from './support.ts'

export async function targetWith(...releases: FakeRelease[]) {
  const target = temporaryFolder()
  await initTarget(target)
  for (const release of releases) await writeRelease(join(target, 'releases'), release)
  return target
}

export function listedIds(target: string): Promise<string[]> {
  return releaseIds(targetFolder(target))
}

export const current = (target: string) => readlinkSync(join(target, 'current'))

export const history = (target: string) =>
  readFileSync(join(target, '.arlen/history.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>)
export const running = (...ids: string[]) =>
  JSON.stringify(Object.fromEntries(ids.map(id => [id, { ok: true, result: { generation: 2, release: id } }])))
