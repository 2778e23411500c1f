import { type ChildProcess, spawn } from 'node:child_process'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { perfError } from '../errors.ts'
import type { Answer, Calls, Question } from './answer-calls.ts'

/** A process of a run. */
export interface Child<C extends Calls> {
  pid: number
  call<N extends keyof C & string>(name: N, argument: Parameters<C[N]>[0]): Promise<Awaited<ReturnType<C[N]>>>
  /** Ends the process and waits until it is gone. */
  stop(): Promise<void>
}

/** How a process of a run is started. */
export interface ChildOptions {
  /** A module that calls {@link answerCalls}. */
  file: string
  args?: readonly string[]
  /** Flags of Node.js. */
  flags?: readonly string[]
  env?: Readonly<Record<string, string | undefined>>
  cwd?: string
  /** A list of cores as taskset(1) takes it: the process runs on these only. */
  cores?: string | undefined
}

const OPTIONS: OptionTable<ChildOptions> = {
  file: option.required(option.text),
  args: option.listOf(option.string),
  flags: option.listOf(option.string),
  env: option.object,
  cwd: option.text,
  cores: option.text,
}

const KEPT_OUTPUT = 4_000

/**
 * Starts a module as a process of its own. It lives until `stop`, or as long as we do.
 *
 * @throws ArlenError option_unknown, option_invalid
 */
export function startChild<C extends Calls>(given: ChildOptions): Child<C> {
  const { file, args = [], flags = [], env, cwd, cores } = readOptions('startChild()', given, OPTIONS)
  const command = [process.execPath, ...flags, file, ...args]
  const [program = '', ...rest] = cores === undefined ? command : ['taskset', '-c', cores, ...command]
  const child = spawn(program, rest, {
    cwd,
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  })
  let output = ''
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-KEPT_OUTPUT)))
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (reason: Error) => void }>()
  let end: Error | undefined
  const gone = whenGone(child, reason => {
    const said = output.trim() === '' ? '' : `:\n${output.trim()}`
    end = perfError('process_ended', { what: [file, ...args].join(' '), reason, output: said })
    for (const { reject } of waiting.values()) reject(end)
    waiting.clear()
  })
  let id = 0
  child.on('message', (answer: Answer) => {
    const asked = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ('error' in answer) asked?.reject(perfError('measurement_failed', { reason: answer.error }))
    else asked?.resolve(answer.value as never)
  })
  return {
    pid: child.pid ?? 0,
    call: (name, argument) =>
      new Promise((resolve, reject) => {
        if (end) return reject(end)
        id += 1
        waiting.set(id, { resolve, reject })
        child.send({ id, name, argument } satisfies Question, () => undefined) // why it failed comes with the end
      }),
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await gone
    },
  }
}

function whenGone(child: ChildProcess, onGone: (reason: string) => void): Promise<void> {
  return new Promise(resolve => {
    const finish = (reason: string) => {
      onGone(reason)
      resolve()
    }
    child.once('error', error => finish(`cannot be started: ${error.message}`))
    child.once('close', (code, signal) => finish(signal ? `was ended by ${signal}` : `ended with exit code ${code}`))
  })
}
