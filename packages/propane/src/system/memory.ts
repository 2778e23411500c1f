import path from 'node:path'
import { type ControlGroup, controlGroups, read } from './container.ts'

/**
 * Bytes of memory available to further processes: what the machine has left, limited by the control groups of this process.
 * Infinity if unknown.
 */
export function availableMemory(root: string = '/'): number {
  const meminfo = /^MemAvailable: +(\d+) kB$/m.exec(read(path.join(root, 'proc/meminfo')))?.[1]
  const machine = meminfo === undefined ? Number.POSITIVE_INFINITY : Number(meminfo) * 1024
  return Math.min(machine, ...controlGroups('memory', root).map(leftIn))
}

/** The limit minus the memory in use, without the file cache, which the kernel can reclaim. */
function leftIn({ version, folder }: ControlGroup): number {
  const [limit, usage] =
    version === 2 ? ['memory.max', 'memory.current'] : ['memory.limit_in_bytes', 'memory.usage_in_bytes']
  const text = (name: string) => read(path.join(folder, name))
  const cache = /^(?:total_cache|file) (\d+)$/m.exec(text('memory.stat'))?.[1] ?? '0'
  const left = Number.parseInt(text(limit!), 10) - Number.parseInt(text(usage!), 10) + Number(cache)
  return Number.isNaN(left) ? Number.POSITIVE_INFINITY : Math.max(0, left)
}
