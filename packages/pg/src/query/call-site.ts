import { CallSite, callersIn, packageFolders } from '@arlen/core/call-site'
import { formatLocation, isInstalled } from '@arlen/core/stack'

const OWN = packageFolders(import.meta.url)

export type { CallSite }

/** The place where a query is made. */
export function captureCallSite(above: (...args: never[]) => unknown): CallSite {
  return new CallSite(above)
}

/** `file:line:column` of the program's call. */
export function callerOf(site: CallSite | undefined): string | undefined {
  const location = site?.location(OWN)
  return location && formatLocation(location)
}

/** Adds to an error where the program made the query: `caller` for people and logs, `at` for error reports. */
export function markCaller(error: Error, site: CallSite): void {
  Object.assign(error, { caller: callerOf(site) })
  Object.defineProperty(error, 'at', { value: site.location(OWN), configurable: true })
}

/** Appends the program's frames to an error that was created while an answer of the server was read. */
export function locate<E>(error: E, site: CallSite | undefined): E {
  if (!(error instanceof Error)) return error
  const callers = site?.callers(OWN) ?? []
  const known = callersIn(error.stack ?? '', OWN).some(({ file }) => !isInstalled(file))
  if (callers.length === 0 || known) return error
  error.stack = `${error.name}: ${error.message}\n${callers.map(({ text }) => text).join('\n')}`
  return error
}
