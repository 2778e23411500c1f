import { fs } from '../system/builtins.ts'

/**
 * Reads the resident memory of this process in bytes. `process.memoryUsage.rss()` opens a file each time, which fails in a
 * process that has run out of descriptors. On Linux this keeps the file open instead.
 */
export function createMemoryReader(): () => number {
  let last = process.memoryUsage.rss()
  const { fd, pageSize } = openStatm(last) ?? {}
  const buffer = Buffer.alloc(128)
  return () => {
    try {
      last = fd === undefined ? process.memoryUsage.rss() : residentPages(fd, buffer) * pageSize!
    } catch {
      // keep the value of the last report
    }
    return last
  }
}

function openStatm(bytes: number): { fd: number; pageSize: number } | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    const fd = fs.openSync('/proc/self/statm', 'r')
    // Node.js does not expose the page size. It is the power of two that matches the value it reports.
    return { fd, pageSize: 2 ** Math.round(Math.log2(bytes / residentPages(fd, Buffer.alloc(128)))) }
  } catch {
    return undefined // no /proc
  }
}

/** The second number of statm, proc_pid_statm(5). */
function residentPages(fd: number, buffer: Buffer): number {
  return Number(buffer.toString('latin1', 0, fs.readSync(fd, buffer, 0, buffer.length, 0)).split(' ')[1])
}
