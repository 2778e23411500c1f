import path from 'node:path'
import { controlGroups, read } from './container.ts'

/** Distinguishes out-of-memory kills by the kernel from other kills, if the control group counts them. */
export class OomKills {
  readonly #root: string
  #count: number

  constructor(root: string = '/') {
    this.#root = root
    this.#count = this.#read()
  }

  /** Whether one has happened since the last call. */
  hasRisen(): boolean {
    const before = this.#count
    this.#count = this.#read()
    return this.#count > before
  }

  /** `oom_kill` of this process's own group; cgroup v2 counts in memory.events, v1 in memory.oom_control. */
  #read(): number {
    for (const { version, folder } of controlGroups('memory', this.#root)) {
      const text = read(path.join(folder, version === 2 ? 'memory.events' : 'memory.oom_control'))
      const count = /^oom_kill (\d+)$/m.exec(text)?.[1]
      if (count !== undefined) return Number(count)
    }
    return 0
  }
}
