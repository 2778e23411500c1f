import { posix } from 'node:path'

/** Whether a symbolic link of a release leads out of it: there, it would be another file on each machine, or none. */
export function leadsOutside(path: string, link: string): boolean {
  return posix.isAbsolute(link) || /^\.\.(?:\/|$)/.test(posix.join(posix.dirname(path), link))
}
