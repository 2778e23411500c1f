import { propaneError } from '../errors.ts'
import { childProcess, fs } from './builtins.ts'

/**
 * A file that holds the primary's process id and, because ids are used again, when that process was started. A file
 * whose process is gone, or whose id now belongs to another process, was left by a crash and is taken over.
 */
export class PidFile {
  readonly #file: string

  constructor(file: string) {
    this.#file = file
  }

  /** Throws already_running when a living primary holds the file, pid_file_failed when it cannot be written. */
  acquire(): void {
    for (;;) {
      const own = this.#write()
      try {
        fs.linkSync(own, this.#file) // atomic, and fails when somebody was first
        return
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw this.#failed(error)
      } finally {
        fs.rmSync(own, { force: true })
      }
      this.#removeStale()
    }
  }

  /** Puts this process in the place of the one that hands over, without a moment in which there is no file. */
  takeOver(): void {
    fs.renameSync(this.#write(), this.#file)
  }

  /** Removes the file where it is this process's own. */
  release(): void {
    if (readPid(this.#file)?.pid === process.pid) fs.rmSync(this.#file, { force: true })
  }

  #write(): string {
    const own = `${this.#file}.${process.pid}`
    try {
      fs.rmSync(own, { force: true })
      // Made anew: a link that somebody put there, in a folder that others may write, is not followed.
      fs.writeFileSync(own, `${process.pid}\n${startTime(process.pid) ?? ''}\n`, { mode: 0o644, flag: 'wx' })
    } catch (error) {
      throw this.#failed(error)
    }
    return own
  }

  /** Two that start at the same moment must not remove each other's file: what is moved away is looked at again. */
  #removeStale(): void {
    const holder = readPid(this.#file)
    if (holder && isAlive(holder)) throw propaneError('already_running', { pid: holder.pid, file: this.#file })
    const aside = `${this.#file}.${process.pid}.stale`
    try {
      fs.renameSync(this.#file, aside)
    } catch {
      return // somebody else has removed it
    }
    const moved = readPid(aside)
    if (moved && isAlive(moved)) {
      fs.renameSync(aside, this.#file)
      throw propaneError('already_running', { pid: moved.pid, file: this.#file })
    }
    fs.rmSync(aside, { force: true })
  }

  #failed(cause: unknown): Error {
    return propaneError('pid_file_failed', { file: this.#file, reason: (cause as Error).message }, { cause })
  }
}

interface Holder {
  pid: number
  /** As the system tells it; empty where the file does not say. */
  started: string
}

/** What a pid file says; undefined where there is none, where it is a link, or where it holds no number. */
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
  if (pid === process.pid) return false // our own id, used again after a crash: typical of containers
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  return started === '' || startTime(pid) === undefined || startTime(pid) === started
}

/** When a process was started, in whatever form the system tells it; undefined where it does not. */
export function startTime(pid: number): string | undefined {
  try {
    if (process.platform !== 'linux') {
      return childProcess
        .execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', timeout: 2000 })
        .trim()
    }
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
    // Field 22, counted behind the name, which may itself contain spaces and brackets. See proc_pid_stat(5).
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}
