import { statSync } from 'node:fs'

/** Size and time of a file, to notice that it has changed since it was loaded; empty if there is none. */
export function stampOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats ? `${stats.size}:${stats.mtimeMs}` : ''
}
