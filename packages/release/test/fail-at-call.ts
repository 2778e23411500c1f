import promises from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

/**
 * What happens at a call that changes the file system: `kill` ends this process, `freeze` lets the call never return, as if the
 * process had ended, and an error code makes it fail.
 */
export type Failure = 'kill' | 'freeze' | 'ENOSPC' | 'EACCES' | 'EROFS'

let calls = 0
let failAt = 0
let how: Failure = 'kill'
/** Keeps frozen calls, and with them the files they have open, from being collected as garbage. */
const forever: unknown[] = []
/** Resolves when a call freezes. */
let frozen = Promise.withResolvers<'frozen'>()

/** Counts from now on, and fails at the call of this number; 0 is none. Resolves when that call freezes. */
export function failAtCall(at: number, failure: Failure): Promise<'frozen'> {
  calls = 0
  failAt = at
  how = failure
  frozen = Promise.withResolvers<'frozen'>()
  return frozen.promise
}

/** The calls since `failAtCall()`. */
export function countedCalls(): number {
  return calls
}

type Functions = Record<string, (...args: unknown[]) => Promise<unknown>>

async function count(name: string): Promise<void> {
  calls++
  if (calls !== failAt) return
  if (how === 'kill') process.kill(process.pid, 'SIGKILL')
  if (how === 'freeze') {
    frozen.resolve('frozen')
    await new Promise(resolve => forever.push(resolve))
  }
  throw Object.assign(new Error(`${how}: ${name}`), { code: how, syscall: name })
}

function wrap(owner: Functions, name: string): void {
  const original = owner[name]!
  owner[name] = async function (this: unknown, ...args: unknown[]) {
    await count(name)
    return original.apply(this, args)
  }
}

const table = promises as unknown as Functions
for (const name of ['chmod', 'link', 'mkdir', 'rename', 'rm', 'symlink', 'unlink', 'writeFile']) wrap(table, name)

// To open a file for writing changes the folder; writing and syncing are methods of the handle.
const open = table.open!
let areHandlesWrapped = false
table.open = async function (this: unknown, ...args: unknown[]) {
  if (args[1] !== 'r') await count('open')
  const handle = (await open.apply(this, args)) as object
  if (!areHandlesWrapped) {
    areHandlesWrapped = true
    const methods = Object.getPrototypeOf(handle) as Functions
    for (const name of ['appendFile', 'sync', 'writeFile']) wrap(methods, name)
  }
  return handle
}
syncBuiltinESMExports()
