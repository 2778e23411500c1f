/** Bytes that are in use on the heap once what nobody can reach is collected. The run has `--expose-gc`. */
export function usedBytes(): number {
  const collect = (globalThis as { gc?: () => void }).gc
  if (!collect) throw new Error('start Node.js with --expose-gc')
  collect()
  collect()
  return process.memoryUsage().heapUsed
}
