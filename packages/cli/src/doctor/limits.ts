import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { type Diagnosis, ok, warn } from './examination.ts'

const OPEN_FILES = 4_096
const WATCHES = 65_536
const WATCHES_FILE = '/proc/sys/fs/inotify/max_user_watches'

/** The limits of this machine. */
export interface Limits {
  /** How many files and connections a process may have open; undefined if unknown. */
  openFiles: number | undefined
  /** How many files can be watched, on Linux. */
  watches: number | undefined
}

/** A connection is an open file, and the development server watches every folder. */
export async function examineLimits(limits?: Limits): Promise<Diagnosis> {
  const { openFiles, watches } = limits ?? (await readLimits())
  if (openFiles !== undefined && openFiles < OPEN_FILES) {
    return warn(
      `a process may have ${openFiles} files and connections open`,
      `Raise it: ulimit -n ${OPEN_FILES}, or LimitNOFILE in the unit of systemd.`,
    )
  }
  if (watches !== undefined && watches < WATCHES) {
    return warn(
      `${watches} files can be watched`,
      `Raise it: sudo sysctl fs.inotify.max_user_watches=${WATCHES}. Until then the development server may have to poll.`,
    )
  }
  return ok(
    [openFiles && `${openFiles} open files`, watches && `${watches} watched files`].filter(Boolean).join(', ') ||
      'unknown',
  )
}

async function readLimits(): Promise<Limits> {
  const { stdout } = await promisify(execFile)('sh', ['-c', 'ulimit -n']).catch(() => ({ stdout: '' }))
  const open = stdout.trim() === 'unlimited' ? Number.POSITIVE_INFINITY : Number(stdout)
  return {
    openFiles: stdout.trim() === '' || Number.isNaN(open) ? undefined : open,
    watches: existsSync(WATCHES_FILE) ? Number(readFileSync(WATCHES_FILE, 'utf8')) : undefined,
  }
}
