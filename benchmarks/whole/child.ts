import { type ChildProcess, fork } from 'node:child_process'

/** What a process of the benchmark can be asked, and what it answers. */
export type Calls = Record<string, (argument: never) => unknown>

interface Question {
  id: number
  name: string
  argument: unknown
}

type Answer = { id: number; value: unknown } | { id: number; error: string }

export interface Child<C extends Calls> {
  call<N extends keyof C & string>(name: N, argument: Parameters<C[N]>[0]): Promise<Awaited<ReturnType<C[N]>>>
  /** Ends the process and waits until it is gone. */
  stop(): Promise<void>
}

/**
 * Starts a module of ours as a process of its own, in production mode and without our flags, so that packages are the
 * built ones. It lives until `stop`, or as long as we do.
 */
export function startChild<C extends Calls>(
  file: string,
  args: readonly string[] = [],
  variables: Readonly<Record<string, string>> = {},
): Child<C> {
  const env = { ...process.env, NODE_ENV: 'production', ...variables }
  const child = fork(file, args, { serialization: 'advanced', env, execArgv: [] })
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (reason: Error) => void }>()
  const gone = whenGone(child, reason => {
    for (const { reject } of waiting.values()) reject(new Error(`${file} ${args.join(' ')} ${reason}`))
    waiting.clear()
  })
  let id = 0
  child.on('message', (answer: Answer) => {
    const asked = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ('error' in answer) asked?.reject(new Error(answer.error))
    else asked?.resolve(answer.value as never)
  })
  return {
    call: (name, argument) =>
      new Promise((resolve, reject) => {
        if (!child.connected) return reject(new Error(`${file} ${args.join(' ')} is not running`))
        id += 1
        waiting.set(id, { resolve, reject })
        child.send({ id, name, argument } satisfies Question)
      }),
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await gone
    },
  }
}

function whenGone(child: ChildProcess, onGone: (reason: string) => void): Promise<void> {
  return new Promise(resolve => {
    child.once('exit', (code, signal) => {
      onGone(signal ? `was ended by ${signal}` : `ended with exit code ${code}`)
      resolve()
    })
  })
}

/** In the child: answers the calls of the parent, and ends when the parent does. */
export function answerCalls(calls: Calls): void {
  process.on('message', (message: Question) => {
    void answer(message, calls[message.name]).then(reply => process.send?.(reply))
  })
  process.once('disconnect', () => process.exit())
}

async function answer({ id, name, argument }: Question, call: Calls[string] | undefined): Promise<Answer> {
  try {
    if (!call) throw new Error(`there is no call ${name}`)
    return { id, value: await call(argument as never) }
  } catch (error) {
    return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}
