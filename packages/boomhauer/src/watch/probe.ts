import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FSWatcher } from 'chokidar'

const PROBE = '.boomhauer-probe-'

export function isProbe(name: string): boolean {
  return name.startsWith(PROBE)
}

/** Writes a file into the tree and waits for its notification. A read-only folder passes. */
export async function notifies(watcher: FSWatcher, root: string, withinMs: number): Promise<boolean> {
  const probe = join(root, `${PROBE}${process.pid}.json`)
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const onEvent = (_event: string, path: string) => path === probe && resolve(true)
  watcher.prependListener('all', onEvent)
  const timer = setTimeout(resolve, withinMs, false)
  try {
    writeFileSync(probe, '{}')
  } catch {
    resolve(true) // read-only, so no file here changes
  }
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    watcher.off('all', onEvent)
    rmSync(probe, { force: true })
  }
}
