import { spawnSync } from 'node:child_process'

/** Which processor cores the two sides of a run get, as taskset(1) takes them; undefined where they share what there is. */
export interface Cores {
  servers: string | undefined
  load: string | undefined
}

/** Gives the load generator the last core that this process may use, and the servers the others. */
export function divideCores(allowed: readonly number[] = allowedCores()): Cores {
  const load = allowed.at(-1)
  if (load === undefined || allowed.length < 2) return { servers: undefined, load: undefined }
  return { servers: allowed.slice(0, -1).join(','), load: String(load) }
}

/** The cores of this process: empty where there is no taskset(1) to ask and to tell. */
function allowedCores(): number[] {
  const { status, stdout } = spawnSync('taskset', ['-cp', String(process.pid)], { encoding: 'utf8' })
  return status === 0 ? parseCores(stdout.slice(stdout.lastIndexOf(':') + 1)) : []
}

/** Reads a list such as `0-2,5`. */
export function parseCores(list: string): number[] {
  return list.split(',').flatMap(part => {
    const [from = Number.NaN, to = from] = part
      .trim()
      .split('-')
      .map(text => (text === '' ? Number.NaN : Number(text)))
    return Number.isInteger(from) ? Array.from({ length: to - from + 1 }, (_, at) => from + at) : []
  })
}
