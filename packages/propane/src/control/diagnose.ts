import { fs } from '../system/builtins.ts'
import { Inspector } from './inspector.ts'

/** The kinds of diagnosis of `propane diagnose`, with their file extensions. */
export const DIAGNOSES = {
  cpu: 'cpuprofile',
  heap: 'heapsnapshot',
  stacks: 'txt',
} as const

export type Diagnosis = keyof typeof DIAGNOSES

export interface DiagnoseOptions {
  pid: number
  what: Diagnosis
  file: string
  /** How long a CPU profile takes, in milliseconds. */
  durationMs: number
}

/** How long interrupting JavaScript may take: even an idle process runs some several times a second. */
const PAUSE_MS = 10_000

/**
 * Writes a diagnosis of one process to a file that only its owner can read, because a heap contains secrets. Rejects with
 * the reason if it fails.
 */
export async function diagnose({ pid, what, file, durationMs }: DiagnoseOptions): Promise<void> {
  // First, because a process that is inspected must be let go of again.
  const fd = fs.openSync(file, 'wx', 0o600)
  const inspector = await Inspector.open(pid).catch(error => {
    fs.closeSync(fd)
    fs.unlinkSync(file)
    throw error
  })
  try {
    if (what === 'cpu') fs.writeSync(fd, await cpuProfile(inspector, durationMs))
    else if (what === 'stacks') fs.writeSync(fd, await stacks(inspector, pid))
    else await heapSnapshot(inspector, chunk => void fs.writeSync(fd, chunk))
  } finally {
    fs.closeSync(fd)
    await inspector.close()
  }
}

async function cpuProfile(inspector: Inspector, durationMs: number): Promise<string> {
  await inspector.call('Profiler.enable')
  await inspector.call('Profiler.start')
  await new Promise(resolve => setTimeout(resolve, durationMs))
  const { profile } = await inspector.call('Profiler.stop')
  return JSON.stringify(profile)
}

async function heapSnapshot(inspector: Inspector, write: (chunk: string) => void): Promise<void> {
  inspector.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => write(chunk as string))
  await inspector.call('HeapProfiler.enable')
  await inspector.call('HeapProfiler.takeHeapSnapshot', { reportProgress: false })
}

interface Frame {
  functionName: string
  location: { scriptId: string; lineNumber: number; columnNumber: number }
}

interface AsyncStack {
  description?: string
  callFrames: { functionName: string; scriptId: string; lineNumber: number; columnNumber: number }[]
  parent?: AsyncStack
}

/** Where the process is: its stack, and the asynchronous calls that led to it. */
async function stacks(inspector: Inspector, pid: number): Promise<string> {
  const paused = new Promise<{ callFrames: Frame[]; asyncStackTrace?: AsyncStack }>((resolve, reject) => {
    inspector.on('Debugger.paused', params => resolve(params as never))
    setTimeout(() => reject(new Error('it runs no JavaScript: it waits in native code')), PAUSE_MS).unref()
  })
  paused.catch(() => undefined)
  const scripts = new Map<string, string>()
  inspector.on('Debugger.scriptParsed', ({ scriptId, url }) => void scripts.set(scriptId as string, url as string))
  await inspector.call('Debugger.enable')
  await inspector.call('Debugger.setAsyncCallStackDepth', { maxDepth: 16 })
  await inspector.call('Debugger.pause')
  const { callFrames, asyncStackTrace } = await paused
  await inspector.call('Debugger.resume')
  await inspector.call('Debugger.disable')
  const nameOf = (scriptId: string) => scripts.get(scriptId) ?? ''
  const lines = callFrames.map(({ functionName, location: { scriptId, lineNumber, columnNumber } }) =>
    line(functionName, nameOf(scriptId), lineNumber, columnNumber),
  )
  for (let stack = asyncStackTrace; stack; stack = stack.parent) {
    lines.push(`  -- ${stack.description ?? 'async'} --`)
    for (const frame of stack.callFrames) {
      lines.push(line(frame.functionName, nameOf(frame.scriptId), frame.lineNumber, frame.columnNumber))
    }
  }
  return `process ${pid} at ${new Date().toISOString()}\n${lines.join('\n')}\n`
}

/** The protocol counts lines and columns from 0. */
function line(name: string, url: string, lineNumber: number, columnNumber: number): string {
  return `    at ${name || '<anonymous>'} (${url.replace(/^file:\/\//, '')}:${lineNumber + 1}:${columnNumber + 1})`
}
