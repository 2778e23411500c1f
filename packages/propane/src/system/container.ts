import os from 'node:os'
import path from 'node:path'
import { fs } from './builtins.ts'

/** Whether this process runs in a container, where load balancers send traffic for seconds after SIGTERM. */
export function inContainer(env: NodeJS.ProcessEnv = process.env, root = '/'): boolean {
  return (
    env.KUBERNETES_SERVICE_HOST !== undefined ||
    env.container !== undefined ||
    ['.dockerenv', 'run/.containerenv'].some(file => fs.existsSync(path.join(root, file)))
  )
}

/** How many workers to run and why: as many as CPUs, but no more than the control group's quota allows. */
export function defaultWorkers(
  available: number = os.availableParallelism(),
  root = '/',
): { workers: number; reason: string } {
  const quota = cpuQuota(root)
  if (quota === undefined || Math.ceil(quota) >= available) {
    return { workers: available, reason: `${available} CPUs available` }
  }
  const workers = Math.max(1, Math.ceil(quota))
  return { workers, reason: `the control group allows ${quota} of ${available} CPUs` }
}

/** CPUs that the control group may use, by the tightest limit up to the root; undefined without a limit. */
export function cpuQuota(root = '/'): number | undefined {
  const limits = controlGroups('cpu', root).flatMap(({ version, folder }) => {
    const quota = version === 2 ? quotaV2(folder) : quotaV1(folder)
    return quota === undefined ? [] : [quota]
  })
  return limits.length === 0 ? undefined : Math.min(...limits)
}

export interface ControlGroup {
  version: 1 | 2
  folder: string
}

/** The folders of this process's control group for a controller and of its parents, for cgroup v1 and v2. */
export function controlGroups(controller: 'cpu' | 'memory', root: string = '/'): ControlGroup[] {
  const found: ControlGroup[] = []
  for (const line of read(path.join(root, 'proc/self/cgroup')).split('\n')) {
    const [, controllers, group] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? []
    if (controllers === undefined || group === undefined) continue
    const version = controllers === '' ? 2 : 1
    if (version === 1 && !controllers.split(',').includes(controller)) continue
    const bases =
      version === 2
        ? ['sys/fs/cgroup', 'sys/fs/cgroup/unified']
        : [`sys/fs/cgroup/${controllers}`, `sys/fs/cgroup/${controller}`]
    for (const base of bases) {
      for (let at = group; ; at = path.dirname(at)) {
        found.push({ version, folder: path.join(root, base, at) })
        if (at === '/') break
      }
    }
  }
  return found
}

function quotaV2(folder: string): number | undefined {
  const [quota, period] = read(path.join(folder, 'cpu.max')).trim().split(' ').map(Number)
  return quota && period ? quota / period : undefined
}

function quotaV1(folder: string): number | undefined {
  const quota = Number(read(path.join(folder, 'cpu.cfs_quota_us')))
  const period = Number(read(path.join(folder, 'cpu.cfs_period_us')))
  return quota > 0 && period > 0 ? quota / period : undefined
}

/** The text of a file; empty if it does not exist. */
export function read(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    return '' // no such controller here
  }
}
