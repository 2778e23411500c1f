import { propaneError } from '../errors.ts'
import { childProcess, fs } from './builtins.ts'

/**
 * A file with the primary's process id and, because ids are reused, the start time of that process. A file whose process is
 * gone, or whose id now belongs to another process, was left by a crash and is taken over.
 */
export class PidFile {
  readonly #file: string

  constructor(file: string) {
    this.#file = file
  }

  /** Throws propane_running if a live primary holds the file, pid_file_failed if it cannot be written. */
  acquire(): void {
    for (;;) {
      const own = this.#write()
      try {
        fs.linkSync(own, this.#file) // atomic; fails if another process was first
        return
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw this.#failed(error)
      } finally {
        fs.rmSync(own, { force: true })
      }
      this.#removeStale()
    }
  }

  /** Replaces the old primary's entry with this process, without a moment in which there is no file. */
  takeOver(): void {
    fs.renameSync(this.#write(), this.#file)
  }

  /** Removes the file if it is this process's own. */
  release(): void {
    if (readPid(this.#file)?.pid === process.pid) fs.rmSync(this.#file, { force: true })
  }

  #write(): string {
    const own = `${this.#file}.${process.pid}`
    try {
      fs.rmSync(own, { force: true })
      // Always a new file, so that a link that another user put into a shared folder is not followed.
      fs.writeFileSync(own, `${process.pid}\n${startTime(process.pid) ?? ''}\n`, { mode: 0o644, flag: 'wx' })
    } catch (error) {
      throw this.#failed(error)
    }
    return own
  }

  /** Two primaries that start at once must not remove each other's file, so check a file again after moving it away. */
  #removeStale(): void {
    const holder = readPid(this.#file)
    if (holder && isAlive(holder)) throw propaneError('propane_running', { pid: holder.pid, file: this.#file })
    const aside = `${this.#file}.${process.pid}.stale`
    try {
      fs.renameSync(this.#file, aside)
    } catch {
      return // another process has removed it
    }
    const moved = readPid(aside)
    if (moved && isAlive(moved)) {
      fs.renameSync(aside, this.#file)
      throw propaneError('propane_running', { pid: moved.pid, file: this.#file })
    }
    fs.rmSync(aside, { force: true })
  }

  #failed(cause: unknown): Error {
    return propaneError('pid_file_failed', { file: this.#file, reason: (cause as Error).message }, { cause })
  }
}

interface Holder {
  pid: number
  /** As the system reports it; empty if the file does not contain it. */
  started: string
}

/** The content of a pid file; undefined if it does not exist, is a link, or holds no number. */
export function readPid(file: string): Holder | undefined {
  try {
    const flag = fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK
    const [pid = '', started = ''] = fs.readFileSync(file, { encoding: 'utf8', flag: flag as never }).split('\n')
    return /^\d+$/.test(pid.trim()) ? { pid: Number(pid), started: started.trim() } : undefined
  } catch {
    return undefined
  }
}

function isAlive({ pid, started }: Holder): boolean {
  if (pid === process.pid) return false // our own id, reused after a crash; typical in containers
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  return started === '' || startTime(pid) === undefined || startTime(pid) === started
}

/** Start time of a process in the system's own format; undefined if unknown. */
export function startTime(pid: number): string | undefined {
  try {
    if (process.platform !== 'linux') {
      return childProcess
        .execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', timeout: 2000 })
        .trim()
    }
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
    // Field 22, counted from the end of the name, which may contain spaces and brackets. See proc_pid_stat(5).
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}
