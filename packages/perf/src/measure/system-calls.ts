import { spawn } from 'node:child_process'

/** Calls that manage memory and threads, or wait: how many there are depends on the moment, not on the request. */
const LEFT_OUT = new Set([
  ...['brk', 'mmap', 'mremap', 'munmap', 'madvise', 'mprotect', 'futex', 'sched_yield', 'restart_syscall'],
  ...['epoll_wait', 'epoll_pwait', 'epoll_pwait2', 'ppoll', 'clock_nanosleep', 'rseq', 'getrusage', 'getpid'],
])

/** It attaches at once, or does not at all. */
const ATTACH_MS = 10_000

/**
 * Counts the system calls that the main thread of a process makes while something happens.
 *
 * @returns why not, where strace(1) is missing or may not look
 */
export async function countCalls(pid: number, happens: () => Promise<unknown>): Promise<number | string> {
  const strace = spawn('strace', ['-c', '-p', String(pid)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
  })
  let output = ''
  const ended = new Promise<void>(resolve => {
    strace.once('error', error => {
      output += `strace: ${error.message}`
      resolve()
    })
    strace.once('close', () => resolve())
  })
  const attached = new Promise<boolean>(resolve => {
    strace.stderr.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (/attached/.test(output)) resolve(true)
    })
    void ended.then(() => resolve(false))
  })
  const late = setTimeout(() => strace.kill('SIGKILL'), ATTACH_MS)
  const isAttached = await attached
  clearTimeout(late)
  if (!isAttached) return reasonIn(output)
  try {
    await happens()
  } finally {
    strace.kill('SIGINT') // it lets go and prints its table
    await ended
  }
  return countIn(output)
}

function reasonIn(output: string): string {
  if (output.includes('ENOENT')) return 'strace(1) is not installed'
  return `strace(1) may not look at a process here: ${output.trim().split('\n').at(-1) || 'it says nothing'}`
}

/** The sum over the rows of the table of `strace -c`: % time, seconds, usecs/call, calls, errors if any, name. */
export function countIn(table: string): number {
  let sum = 0
  for (const line of table.split('\n')) {
    const [share = '', , , calls = '', ...rest] = line.trim().split(/\s+/)
    const name = rest.at(-1) ?? ''
    if (!/^[\d.]+$/.test(share) || !/^\d+$/.test(calls) || name === 'total' || LEFT_OUT.has(name)) continue
    sum += Number(calls)
  }
  return sum
}
